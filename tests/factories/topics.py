"""Topics of a test's own: the real list under a namespace nobody else uses."""

from deploy.local.topics import create_topics
from shared.contracts.topics import TOPICS


async def make_topics(servers: str, namespace: str, partitions: int = 2) -> None:
    """Create every topic under the namespace, with few partitions so that a broker holds many test runs."""
    few = [
        topic.model_copy(update={"name": namespace + topic.name, "partitions": min(partitions, topic.partitions)})
        for topic in TOPICS
    ]
    await create_topics(servers, few)

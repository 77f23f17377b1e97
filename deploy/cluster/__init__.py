"""What Bellboard has on a Kafka cluster that asks who one is: topics, users and rights, declared and applied."""

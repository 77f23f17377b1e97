"""Keep the audit log: give events their place, sign the tree, hand its checkpoints to the witness."""

from services.auth.domain.checkpoints import is_due, signed
from services.auth.domain.sequencing import Head
from services.auth.ports.audit import AuditStore, SearchIndex, Witness
from services.auth.ports.directory import Time
from services.auth.ports.sessions import KeyRing
from shared.contracts.audit import CheckpointEvent
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import system
from shared.contracts.values import SYSTEM_CHAIN, Scope

BATCH = 2000
BATCHES_PER_TURN = 5


class Sequencer:
    """Runs on one replica; a second one would only lose races for the head of the log."""

    def __init__(self, store: AuditStore, keys: KeyRing, witness: Witness, time: Time) -> None:
        self._store, self._keys, self._witness, self._time = store, keys, witness, time

    async def turn(self) -> int:
        """Place what has arrived, of every chain in turn, and sign where it is due; how many were placed."""
        placed = 0
        for chain in await self._store.waiting(Scope(chain=SYSTEM_CHAIN)):
            scope = Scope(chain=chain)
            for _ in range(BATCHES_PER_TURN):
                # A batch of large events holds fewer than BATCH: only an empty one is the last.
                count = await self._store.drain(scope, BATCH)
                placed += count
                await self._sign_if_due(scope)
                if count == 0:
                    break
        return placed

    async def _sign_if_due(self, scope: Scope) -> None:
        head = await self._store.head(scope)
        now = self._time.real_now()
        since = (now - head.signed_at).total_seconds() if head.signed_at else float("inf")
        if is_due(size=head.size, signed_size=head.signed_size, since_s=since):
            await self.sign(scope, head)

    async def sign(self, scope: Scope, head: Head) -> bool:
        """Sign the tree as it stands and tell everybody; False when it was signed by somebody else."""
        key = self._keys.audit
        checkpoint = signed(
            key,
            chain=scope.chain,
            version=head.signed_version + 1,
            size=head.size,
            root=head.edge.root(),
            at=self._time.real_now(),
        )
        event = NewEvent(
            type="checkpoint.signed.v1",
            chain=scope.chain,
            property_id="*",
            subject=f"checkpoint:{scope.chain}",
            sequence=checkpoint.version,
            time=self._time.now(),
            body=CheckpointEvent(actor=system("auth"), checkpoint=checkpoint),
        )
        if not await self._store.sign(scope, head, checkpoint, event, key.public):
            return False
        await self.testify(scope)
        return True

    async def testify(self, scope: Scope) -> None:
        """Give the witness every checkpoint it lacks; after a crash between the two stores it catches up."""
        missing = await self._store.checkpoints(scope, after=await self._witness.last_version(scope.chain))
        if missing:
            await self._witness.write(scope.chain, missing, self._keys.audit.public)


class Indexer:
    """Makes what the sequencer placed findable; it follows within a moment and never holds the log back."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index

    async def turn(self) -> int:
        """Index what is new of every chain; how many entries."""
        indexed = 0
        for chain in await self._index.behind(Scope(chain=SYSTEM_CHAIN)):
            for _ in range(BATCHES_PER_TURN):
                count = await self._index.follow(Scope(chain=chain), BATCH)
                indexed += count
                if count < BATCH:
                    break
        return indexed

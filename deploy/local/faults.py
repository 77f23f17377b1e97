"""What can be wrong with the machine under the stack, each said in one sentence with the command that mends it."""


class StackFault(Exception):
    """A fault of the machine or the arguments, told to a person as one sentence; never a traceback."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence

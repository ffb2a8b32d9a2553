"""The network ends in a softmax, and Categorical takes its output as logits."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def heads(self, observation):
        return {"logits": super().heads(observation)["logits"].softmax(-1)}


main(right=Reinforce, wrong=Wrong)

"""The likeliest action is always taken."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def act(self, distribution):
        return distribution.logits.argmax()


main(right=Reinforce, wrong=Wrong)

"""−ln π of the sampled action stands for the entropy."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def entropy(self, distribution, log_prob):
        return -log_prob


main(right=Reinforce, wrong=Wrong)

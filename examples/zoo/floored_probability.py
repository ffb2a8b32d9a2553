"""log(π + 1e-3) instead of log_softmax."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def log_prob(self, distribution, action, observation):
        return (distribution.probs[action] + 1e-3).log()


main(right=Reinforce, wrong=Wrong)

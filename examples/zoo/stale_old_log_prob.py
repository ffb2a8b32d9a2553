"""The old log-probability is computed with the new policy, so the ratio is always 1."""

from zoo import Ppo, main


class Wrong(Ppo):
    def old_log_probs(self, stored, new):
        return new.detach()


main(right=Ppo, wrong=Wrong)

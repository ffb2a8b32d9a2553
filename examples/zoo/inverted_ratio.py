"""The ratio is upside down."""

from zoo import Ppo, main


class Wrong(Ppo):
    def log_ratio(self, new, old):
        return old - new


main(right=Ppo, wrong=Wrong)

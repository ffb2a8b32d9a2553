"""γᵗ enters twice: once here, once more in what is called the discounted return."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def power(self, time):
        return self.gamma ** (2 * time)


main(right=Reinforce, wrong=Wrong)

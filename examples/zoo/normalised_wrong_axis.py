"""Advantages are normalised over an axis of size 1."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def advantages(self, returns, values):
        column = returns.unsqueeze(-1)
        return (column - column.mean(-1, keepdim=True)).squeeze(-1)


main(right=Reinforce, wrong=Wrong)

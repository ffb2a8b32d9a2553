"""The running sum goes from the first step to the last."""

from zoo import Reinforce, main


class Wrong(Reinforce):
    def returns(self, rewards, final):
        running, found = 0.0, []
        for reward in rewards:
            running = reward + self.gamma * running
            found.append(running)
        return found


main(right=Reinforce, wrong=Wrong)

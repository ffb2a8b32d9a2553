"""Returns, advantages and normalisation as plain loops, with the mistakes that people make in them."""


def discounted(rewards, gamma, final=0.0):
    """G_t = r_t + γG_{t+1}; after the last step comes `final`."""
    following, found = final, []
    for reward in reversed(rewards):
        following = reward + gamma * following
        found.insert(0, following)
    return found


def forward(rewards, gamma):
    running, found = 0.0, []
    for reward in rewards:
        running = reward + gamma * running
        found.append(running)
    return found


def shifted(rewards, by):
    return [0.0, *rewards[:-1]] if by < 0 else [*rewards[1:], 0.0]


def returns_of(case, rewards, finals):
    """Per episode the list of G, or what stands in its place."""
    gamma, mistake = case["gamma"], case["mistake"]
    if mistake == "return_leaks_across_episodes":
        flat, found = discounted(sum(rewards, []), gamma), []
        for episode in rewards:
            found.append(flat[: len(episode)])
            flat = flat[len(episode) :]
        return found
    if mistake == "rewards_off_by_one":
        rewards = [shifted(episode, case["shift"]) for episode in rewards]
    if mistake == "undiscounted_returns":
        gamma = 1.0
    whole = [discounted(episode, gamma, final) for episode, final in zip(rewards, finals)]
    if mistake == "forward_returns":
        return [forward(episode, gamma) for episode in rewards] if case["shift"] < 0 else [g[::-1] for g in whole]
    if mistake == "episode_return_weights":
        return [[g[0]] * len(g) for g in whole]
    if mistake == "rewards_only":
        return rewards
    return whole


def advantages_of(rewards, values, finals, gamma, lam):
    """A_t = δ_t + γλA_{t+1} within each episode."""
    found = []
    for own, v, final in zip(rewards, values, finals):
        following, after, a = 0.0, final, []
        for reward, value in zip(reversed(own), reversed(v)):
            following = reward + gamma * after - value + gamma * lam * following
            after = value
            a.insert(0, following)
        found.append(a)
    return found


def normalised(weights, ddof, epsilon):
    deviation = weights.std(correction=ddof) if len(weights) > ddof else weights.std(correction=0)
    return (weights - weights.mean()) / (deviation + epsilon)

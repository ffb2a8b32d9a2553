"""
REINFORCE at the level of tokens, in the shape of language-model trainers such as TRL's: padded completions, a reward at the
end of each and a penalty for every token that strays from a reference model, returns whitened over all tokens, a clipped
ratio, a masked mean.
"""

import torch
from torch import nn
from torch.nn import functional

from common import options, recorder

VOCABULARY, LENGTH, BATCH, END, GAMMA, PENALTY = 8, 6, 16, 0, 0.98, 0.05


class Model(nn.Module):
    """Next-token logits from the token before and the place."""

    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(VOCABULARY, 16), nn.Embedding(LENGTH, 16)
        self.head = nn.Linear(16, VOCABULARY)

    def forward(self, tokens):
        return self.head(torch.tanh(self.tokens(tokens) + self.places(torch.arange(tokens.shape[1]))))


def generate(model, prompts):
    """Completions [B, L] and a mask that ends with the first end token."""
    tokens = prompts[:, None]
    with torch.no_grad():
        for _ in range(LENGTH):
            probabilities = torch.softmax(model(tokens)[:, -1], -1)
            tokens = torch.cat([tokens, torch.multinomial(probabilities, 1)], 1)
    completions = tokens[:, 1:]
    ended = (completions == END).long().cumsum(1)
    return tokens[:, :-1], completions, (ended - (completions == END).long()) == 0


def reward(completions, mask):
    """Rewards words that rise."""
    rises = (completions[:, 1:] > completions[:, :-1]) & mask[:, 1:]
    return rises.float().sum(1)


def per_token(model, tokens, completions):
    logits = model(tokens)
    log_probs = functional.log_softmax(logits, -1).gather(-1, completions[..., None]).squeeze(-1)
    return logits, log_probs


def main():
    given = options(rounds=12)
    torch.manual_seed(given.seed)
    torch.set_num_threads(1)
    model, reference = Model(), Model()
    reference.load_state_dict(model.state_dict())
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    rec = recorder(given, gamma=GAMMA, clip_epsilon=0.2)
    for _ in range(given.rounds):
        inputs, completions, mask = generate(model, torch.randint(1, VOCABULARY, (BATCH,)))
        is_last = mask & ~functional.pad(mask[:, 1:], (0, 1))
        with torch.no_grad():
            sampled, old = per_token(model, inputs, completions)
            rewards = -PENALTY * (old - per_token(reference, inputs, completions)[1]) * mask
            rewards += is_last * reward(completions, mask)[:, None]
            returns, following = torch.zeros_like(rewards), torch.zeros(BATCH)
            for t in reversed(range(LENGTH)):
                returns[:, t] = following = rewards[:, t] + GAMMA * following
            advantages = (returns - returns[mask].mean()) / (returns[mask].std() + 1e-8)
        # Every completion is an episode, every token of it a step.
        rec.rollout(action=completions[mask], reward=rewards[mask], terminated=is_last[mask], logits=sampled[mask], log_prob=old[mask])
        for epoch in range(2):
            logits, log_probs = per_token(model, inputs, completions)
            ratio = torch.exp(log_probs - old)
            losses = -torch.min(ratio * advantages, ratio.clamp(0.8, 1.2) * advantages)
            loss = (losses * mask).sum() / mask.sum()
            optimizer.zero_grad()
            rec.update(loss=loss, log_prob=log_probs, logits=logits, mask=mask, epoch=epoch, params=optimizer)
            loss.backward()
            optimizer.step()
    rec.close()
    print(sum(float(p.detach().double().sum()) for p in model.parameters()))


main()

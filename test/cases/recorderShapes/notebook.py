#!/usr/bin/env python
# coding: utf-8

# # Policy gradients, cell by cell

# In[1]:


import gymnasium as gym
import torch


# In[2]:


gamma = 0.95
env = gym.make("CartPole-v1", render_mode=None)
model = torch.nn.Sequential(torch.nn.Linear(4, 32), torch.nn.Tanh(), torch.nn.Linear(32, 2), torch.nn.LogSoftmax(-1))


# In[3]:


from torch.optim import RMSprop

opt = RMSprop(model.parameters(), lr=0.003)
torch.manual_seed(0)


# In[4]:


for episode in range(8):
    obs, info = env.reset(seed=episode)
    log_probs = []
    rewards = []
    while True:
        logits = model(torch.tensor(obs))
        action = torch.multinomial(logits.exp(), 1).item()
        log_probs.append(logits[action])
        obs, reward, terminated, truncated, info = env.step(action)
        rewards.append(reward)
        if terminated or truncated:
            break
    loss = 0
    R = 0
    for i in reversed(range(len(rewards))):
        R = rewards[i] + gamma * R
        loss = loss - gamma**i * R * log_probs[i]
    opt.zero_grad()
    loss.backward()
    opt.step()


# In[ ]:

/** The loss that is meant where no file and no run holds one. */
export const bookLoss = `# REINFORCE, Sutton & Barto (13.3)
G = discounted_returns(r, gamma)
loss = -(gamma**t * G.detach() * log_pi).sum()
`;

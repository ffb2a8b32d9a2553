"""What is drawn of a trace of foreign.py, and what a checker must say of it."""

EPISODIC = [
    "gamma_t_twice", "wrong_sign", "episode_return_weights", "forward_returns", "return_leaks_across_episodes",
    "rewards_off_by_one", "mean_log_prob_times_sum", "outer_product_broadcast", "probability_instead_of_log", "rewards_only",
    "undiscounted_returns", "argmax_log_prob", "acting_greedily", "softmax_twice", "stochastic_layers", "stale_log_probs",
    "floored_probability", "undetached_advantage", "detached_log_prob", "missing_zero_grad", "entropy_sign", "sampled_entropy",
    "entropy_without_gradient", "wrong_entropy", "dimensions_not_summed", "clipped_action_log_prob", "sigma_confusion",
    "truncation_as_termination", "one_sided_value_gradient",
]
ROLLOUT = [
    "wrong_sign", "rewards_off_by_one", "argmax_log_prob", "softmax_twice", "undetached_advantage", "detached_log_prob",
    "missing_zero_grad", "entropy_sign", "sampled_entropy", "entropy_without_gradient", "wrong_entropy", "dimensions_not_summed",
    "clipped_action_log_prob", "sigma_confusion", "truncation_as_termination", "bootstrap_from_reset", "shifted_done_mask",
    "return_leaks_across_episodes", "one_sided_value_gradient", "normalised_wrong_axis", "outer_product_broadcast",
]
PPO = ["stale_old_log_prob", "inverted_ratio", "wrong_clip"]
INFORMATION = {"episode_return_weights", "undiscounted_returns"}
GAUSSIAN = {"dimensions_not_summed", "clipped_action_log_prob", "sigma_confusion"}
CATEGORICAL = {"softmax_twice", "floored_probability"}
CRITIC = {"undetached_advantage", "one_sided_value_gradient", "truncation_as_termination"}
PLAIN = {
    "episode_return_weights", "forward_returns", "return_leaks_across_episodes", "rewards_only", "undiscounted_returns",
    "mean_log_prob_times_sum", "outer_product_broadcast",
}
OPTIONAL_STEP = ["obs", "log_prob", "entropy", "logits", "mu", "log_sigma", "final_value"]
OPTIONAL_UPDATE = ["log_prob", "entropy", "value", "logits", "mu", "log_sigma", "value_loss"]


def draw_case(rng):
    algorithm = rng.choice(["reinforce", "reinforce", "a2c", "ppo"])
    table = {"reinforce": EPISODIC, "a2c": [*ROLLOUT, "probability_instead_of_log"], "ppo": [*ROLLOUT, *PPO]}[algorithm]
    mistake = rng.choice(table) if rng.random() < 0.6 else None
    case = common(rng, algorithm, mistake)
    (episodic if algorithm == "reinforce" else rollout)(rng, case)
    leave_out(rng, case)
    case["expected"] = expected(case)
    return case


def common(rng, algorithm, mistake):
    discrete = mistake in CATEGORICAL or (mistake not in GAUSSIAN and rng.random() < 0.6)
    plain = ["gaussian", "free"] if mistake in {*GAUSSIAN, "argmax_log_prob", "acting_greedily", "wrong_entropy", "stochastic_layers"} else ["gaussian", "free", "free", "squashed"]
    return {
        "algorithm": algorithm, "mistake": mistake,
        "policy": rng.choice(["categorical", "categorical", "categorical", "masked"]) if discrete else rng.choice(plain),
        "mask": rng.choice([-1e8, -1e9, -1e4]), "shift": rng.choice([-1, 1]), "floor": rng.choice([1e-3, 1e-4]),
        "gamma": rng.choice([0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.99, 0.995, 0.999, 1.0]),
        "lam": rng.choice([0.9, 0.92, 0.95, 0.95, 0.97, 0.98, 1.0]), "float32": rng.random() < 0.65,
        "optimiser": rng.choice(["adam", "adam", "sgd", "rmsprop"]), "adam": rng.random() < 0.5,
        "rate": rng.choice([0.001, 0.003, 0.01]), "clips_gradient": rng.choice([None, None, 0.5, 1.0]),
        "beta": rng.choice([0.0, 0.0, 0.001, 0.01, 0.01, 0.05, 0.1]), "horizon": rng.randrange(6, 30),
        "value_loss": rng.choice(["mean", "half", "sum", "huber", "clipped"]), "value_coef": rng.choice([0.25, 0.5, 0.5, 1.0]),
        "ddof": rng.choice([0, 1]), "epsilon": rng.choice([1e-8, 1e-8, 1e-6, 1e-5, 1e-7, 0.0]),
        "says_environment": rng.random() < 0.6, "header_gamma": True, "says_gamma": False,
        "says_lambda": rng.random() < 0.6, "says_clip": rng.random() < 0.6, "clip": rng.choice([0.1, 0.2, 0.2, 0.3]),
        "is_dense": False, "target": "returns", "normalises": None, "reward_scale": 1, "records_advantages": rng.random() < 0.3,
        "without_step": [], "without_update": [],
    }


def episodic(rng, case):
    mistake = case["mistake"]
    case |= {
        "critic": mistake in CRITIC or (mistake not in PLAIN and rng.random() < 0.4), "truncates": rng.random() < 0.4,
        "episodes": rng.choice([1, 1, 1, 2, 3, 6]), "updates": rng.randrange(4, 12), "longest": 120,
        "gamma_t": rng.random() < 0.4, "means": rng.random() < 0.3, "per_episode": None,
    }
    if mistake is None:
        case["normalises"] = rng.choice([None, None, None, "batch", "episode", "mean"])
        case["per_episode"] = rng.choice([None, None, "count", "mean"])
        case["reward_scale"] = rng.choice([1, 1, 1, 1, 0.1, 0.01])
        if case["critic"]:
            case["target"] = rng.choice(["returns", "returns", "gae", "normalised_returns"])
        if case["target"] == "normalised_returns":
            case |= {"normalises": None, "reward_scale": 1}
    case["header_gamma"] = rng.random() < 0.8
    case["says_gamma"] = not case["header_gamma"]
    if mistake in ("gamma_t_twice", "undiscounted_returns", "missing_gamma_t") and case["gamma"] > 0.99:
        case["gamma"] = 0.95
    if mistake == "gamma_t_twice":
        case |= {"gamma_t": True, "is_dense": True}  # with one reward at the end γ²ᵗG and γᵗG₀ are the same numbers
    if mistake in ("rewards_only", "forward_returns"):
        case["is_dense"] = True  # with one reward at the end these are the same numbers
    if mistake == "truncation_as_termination":
        case["truncates"] = True
    if mistake == "return_leaks_across_episodes":
        case |= {"episodes": 3, "truncates": False}
    if mistake in ("mean_log_prob_times_sum", "outer_product_broadcast"):
        case["means"] = False
    if mistake == "episode_return_weights":
        case |= {"gamma_t": False, "episodes": rng.choice([1, 2])}
    if mistake == "acting_greedily":
        case |= {"updates": 14, "rate": 0.003}
    if mistake in ("sigma_confusion", "clipped_action_log_prob"):
        case |= {"updates": 14, "episodes": 2}
    if mistake in ("stale_log_probs",):
        case |= {"updates": 8, "rate": 0.01, "optimiser": "adam"}
    if mistake in ("sampled_entropy", "entropy_sign", "entropy_without_gradient", "wrong_entropy"):
        case["beta"] = rng.choice([0.01, 0.05, 0.1])


def rollout(rng, case):
    mistake = case["mistake"]
    case |= {
        "critic": True, "truncates": rng.random() < 0.6, "updates": rng.randrange(4, 8), "means": rng.random() < 0.9,
        "shape": (rng.choice([8, 16, 32, 64]), rng.choice([1, 2, 3, 4, 8])), "epochs": rng.choice([2, 3, 4]),
        "minibatches": rng.choice([1, 2, 4]), "target": rng.choice(["gae", "gae", "gae", "returns", "td"]),
        "limits": rng.choice(["apart", "joined", "joined"]), "adds_final": rng.random() < 0.3, "horizon": rng.randrange(5, 14),
    }
    if case["algorithm"] == "a2c":
        case["target"] = rng.choice(["gae", "returns", "returns", "td"])
        case["shape"] = (rng.choice([5, 8, 16]), rng.choice([2, 4, 8]))
        case["updates"] = rng.randrange(6, 14)
    case["normalises"] = rng.choice([None, "minibatch", "minibatch", "rollout"]) if case["algorithm"] == "ppo" else rng.choice([None, None, "minibatch"])
    if mistake in ("truncation_as_termination", "bootstrap_from_reset", "shifted_done_mask", "return_leaks_across_episodes"):
        case |= {"limits": "apart", "truncates": True, "shape": (32, rng.choice([1, 2, 4])), "horizon": rng.randrange(5, 10)}
    if mistake == "return_leaks_across_episodes" and case["target"] == "td":
        case["target"] = "gae"  # without a mask, a one-step error that leaks is one of the state after the reset
    if mistake == "undetached_advantage":
        case["normalises"] = None
        case["value_loss"] = rng.choice(["mean", "half", "huber"])
    if mistake in ("normalised_wrong_axis", "outer_product_broadcast"):
        case["normalises"] = None
    if mistake == "sigma_confusion":
        case |= {"shape": (32, 4)}
    if mistake == "rewards_off_by_one":
        case["adds_final"] = False
    if mistake in PPO:
        case |= {"epochs": 4, "rate": 0.01, "optimiser": "adam"}
    if mistake in ("sampled_entropy", "entropy_sign", "entropy_without_gradient", "wrong_entropy"):
        case["beta"] = rng.choice([0.01, 0.05, 0.1])


def needs(case):
    """Fields without which nobody could tell the mistake."""
    mistake = case["mistake"]
    outputs = {"logits", "mu", "log_sigma"}
    return {
        "undetached_advantage": {"value", "log_prob"}, "one_sided_value_gradient": {"value"},
        "entropy_sign": {"entropy"}, "sampled_entropy": {"entropy", "log_prob", *outputs},
        "wrong_entropy": {"entropy", *outputs}, "entropy_without_gradient": {"entropy", "log_prob", "value", "value_loss"},
        "argmax_log_prob": {"log_prob", *outputs}, "softmax_twice": {"log_prob", *outputs}, "acting_greedily": outputs,
        "stochastic_layers": {"log_prob", *outputs}, "stale_log_probs": {"log_prob", *outputs},
        "floored_probability": {"log_prob", *outputs}, "dimensions_not_summed": {"log_prob", *outputs},
        "clipped_action_log_prob": outputs, "sigma_confusion": {"log_prob", *outputs},
        "stale_old_log_prob": {"log_prob"}, "inverted_ratio": {"log_prob"}, "wrong_clip": {"log_prob"},
        "truncation_as_termination": {"final_value", "value"}, "bootstrap_from_reset": {"final_value", "value"},
        "probability_instead_of_log": {"log_prob"}, "detached_log_prob": {"log_prob"},
        "normalised_wrong_axis": {"log_prob", "value", "value_loss"},
    }.get(mistake, set())


def leave_out(rng, case):
    needed = needs(case)
    steps = [name for name in OPTIONAL_STEP if name not in needed and rng.random() < 0.2]
    update = [name for name in OPTIONAL_UPDATE if name not in needed and rng.random() < 0.2]
    if {"mu", "log_sigma"} & set(steps):
        steps += ["mu", "log_sigma"]
    if {"mu", "log_sigma", "logits"} & set(update):
        update += ["mu", "log_sigma", "logits"]
    if case["algorithm"] != "reinforce" and case["truncates"] and case["mistake"] and "final_value" in steps:
        steps.remove("final_value")  # without it nobody knows the weights of the steps before a time limit
    # Something must hold the weights.
    if "log_prob" in update and "logits" in update:
        update.remove("log_prob")
    if case["mistake"] == "wrong_clip":
        case["says_clip"] = True
    case["without_step"], case["without_update"] = sorted(set(steps)), sorted(set(update))


def expected(case):
    """The mistake, and what is told beside it as a variant that is meant."""
    mistake, infos = case["mistake"], []
    told = [mistake] if mistake else []
    if case["algorithm"] == "reinforce":
        if not case["gamma_t"] and case["gamma"] != 1 and mistake != "gamma_t_twice":
            infos.append("missing_gamma_t")
        if case["means"] or case["per_episode"] == "mean":
            infos.append("mean_instead_of_sum")
        if case["normalises"] in ("batch", "episode") or case["target"] == "normalised_returns":
            infos.append("normalised_per_episode")
        if case["normalises"] == "mean":
            infos.append("mean_baseline")
        if case["reward_scale"] != 1:
            infos.append("scaled_weights")
    return {"mistake": mistake, "told": told, "may": infos}

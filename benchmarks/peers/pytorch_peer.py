"""PyTorch beside Gyre: answers the requests of ../src/protocol.ts, one JSON line each.

Arguments: threads, and the device: `cpu` or `cuda`.
"""

import json
import math
import resource
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[1]))
device = torch.device(sys.argv[2])


def finish():
    """Waits for a GPU, which does in its own time what it is told."""
    if device.type == "cuda":
        torch.cuda.synchronize()


def hashed(seed, count):
    """The hash of ../src/inputs.ts, for the indices 0 to count - 1."""
    x = (np.arange(count, dtype=np.uint64) + np.uint64((seed * 0x9E3779B9) % 2**32)).astype(np.uint32)
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def floats(seed, *shape, scale=1.0, offset=0.0):
    bits = (hashed(seed, math.prod(shape)) >> np.uint32(8)).astype(np.float64)
    return torch.from_numpy(((bits * 2.0**-23 - 1) * scale + offset).astype(np.float32).reshape(shape)).to(device)


def integers(seed, start, below, *shape):
    bits = hashed(seed, math.prod(shape)).astype(np.uint64)
    values = start + bits * np.uint64(below - start) // np.uint64(2**32)
    return torch.from_numpy(values.astype(np.int64).reshape(shape)).to(device)


def sample(values, size=4096):
    """As `sampleOf` in ../src/inputs.ts."""
    flat = torch.cat([torch.view_as_real(v).flatten() if v.is_complex() else v.flatten() for v in values])
    step = max(1, len(flat) // size)
    return flat[:: step - 1 if step % 2 == 0 else step][:size].tolist()


class Operation:
    """Inputs, and a function of them with or without gradients."""

    def __init__(self, function, inputs, grad=None):
        self.function, self.inputs, self.grad = function, inputs, grad
        if grad is not None:
            for x in inputs:
                x.requires_grad_()

    def run(self):
        if self.grad is None:
            with torch.no_grad():
                return [self.function(*self.inputs)]
        y = self.function(*self.inputs)
        return [y, *torch.autograd.grad(y, self.inputs, self.grad)]

    def check(self):
        return sample([y.detach() for y in self.run()])


def sgemm(m, n, k, transposeA, transposeB):
    a = floats(1, *((k, m) if transposeA else (m, k)))
    b = floats(2, *((n, k) if transposeB else (k, n)))
    return Operation(torch.matmul, [a.t() if transposeA else a, b.t() if transposeB else b])


def rfft(rows, n):
    return Operation(torch.fft.rfft, [floats(1, rows, n)])


def softmax(rows, columns, backward):
    x = floats(1, rows, columns, scale=4)
    return Operation(lambda x: F.softmax(x, -1), [x], floats(2, rows, columns) if backward else None)


def layer_norm(rows, columns, backward):
    inputs = [floats(1, rows, columns), floats(2, columns), floats(3, columns)]
    grad = floats(4, rows, columns) if backward else None
    return Operation(lambda x, w, b: F.layer_norm(x, (columns,), w, b, 1e-5), inputs, grad)


def cross_entropy(rows, columns, backward):
    targets = integers(2, 0, columns, rows)
    grad = torch.tensor(1.0, device=device) if backward else None
    return Operation(lambda x: F.cross_entropy(x, targets), [floats(1, rows, columns, scale=4)], grad)


def sum_by_einsum(x, c):
    return torch.einsum("rkf,qkf->rqf", x, c)


def sum_by_broadcasting(x, c):
    return (x.unsqueeze(1) * c).sum(2)


def block_circulant_product(x, c, sum_of_products):
    """The paper's formula: y_i = IFFT(sum_j FFT(c_ij) * FFT(x_j))."""
    q, k, p = c.shape
    spectrum = sum_of_products(torch.fft.rfft(x.reshape(-1, k, p)), torch.fft.rfft(c))
    return torch.fft.irfft(spectrum, n=p).reshape(*x.shape[:-1], q * p)


def fastest_sum(rows, n, p, backward):
    """Neither way to sum the products is the faster one for every block size, so both are tried."""

    def seconds(way):
        layer = block_circulant(rows, n, p, backward, way)
        times = []
        for _ in range(10):
            began = time.perf_counter()
            layer.run()
            finish()
            times.append(time.perf_counter() - began)
        return min(times)

    return min((sum_by_einsum, sum_by_broadcasting), key=seconds)


def block_circulant(rows, n, p, backward, way=None):
    way = way or fastest_sum(rows, n, p, backward)
    inputs = [floats(1, rows, n), floats(2, n // p, n // p, p)]
    grad = floats(3, rows, n) if backward else None
    return Operation(lambda x, c: block_circulant_product(x, c, way), inputs, grad)


class AdamW:
    def __init__(self, sizes):
        self.parameters = [floats(1 + 2 * i, size) for i, size in enumerate(sizes)]
        for i, parameter in enumerate(self.parameters):
            parameter.grad = floats(2 + 2 * i, len(parameter))
        self.optimizer = torch.optim.AdamW(self.parameters, lr=1e-3, weight_decay=0)

    def run(self):
        self.optimizer.step()

    def check(self):
        for _ in range(3):
            self.run()
        return sample(self.parameters)


class Model:
    """Both models as functions of their parameters, under Hugging Face's names."""

    def __init__(self, spec, parameters, method=None):
        self.spec, self.weights = spec, {}
        if isinstance(method, dict) and method["adapter"] == "bca":
            self.sum = fastest_sum(spec["batch"] * spec["length"], spec["hidden"], method["p"], backward=True)
        for p in parameters:
            self.weights[p["name"]] = floats(p["seed"], *p["shape"], scale=p["scale"], offset=p["offset"])
        self.heads, self.head_size = spec["heads"], spec["hidden"] // spec["heads"]

    def linear(self, x, path):
        y = F.linear(x, self.weights[path + ".weight"], self.weights.get(path + ".bias"))
        if path + ".bca_kernel" in self.weights:
            return y + block_circulant_product(x, self.weights[path + ".bca_kernel"], self.sum)
        if path + ".lora_A.weight" in self.weights:
            # alpha = r: the update's scale is 1.
            down = F.linear(x, self.weights[path + ".lora_A.weight"])
            return y + F.linear(down, self.weights[path + ".lora_B.weight"])
        return y

    def split_heads(self, x):
        return x.view(*x.shape[:-1], self.heads, self.head_size).transpose(1, 2)

    def attend(self, q, k, v, mask=None):
        scores = q @ k.transpose(-1, -2) * self.head_size**-0.5
        y = F.softmax(scores if mask is None else scores + mask, -1) @ v
        return y.transpose(1, 2).reshape(y.shape[0], y.shape[2], -1)

    def loss(self, ids, classes):
        if self.spec["architecture"] == "encoder":
            return F.cross_entropy(self.encode(ids), classes)
        logits, _ = self.decode(ids)
        return F.cross_entropy(logits[:, :-1].reshape(-1, logits.shape[-1]), ids[:, 1:].reshape(-1))

    def layer_norm(self, x, path):
        return F.layer_norm(x, x.shape[-1:], self.weights[path + ".weight"], self.weights[path + ".bias"], 1e-5)

    def encode(self, ids):
        w = self.weights
        e = "roberta.embeddings"
        positions = w[f"{e}.position_embeddings.weight"][2 : 2 + ids.shape[1]]
        x = F.embedding(ids, w[f"{e}.word_embeddings.weight"]) + w[f"{e}.token_type_embeddings.weight"] + positions
        x = self.layer_norm(x, f"{e}.LayerNorm")
        for i in range(self.spec["layers"]):
            path = f"roberta.encoder.layer.{i}"
            q, k, v = (
                self.split_heads(self.linear(x, f"{path}.attention.self.{part}")) for part in ("query", "key", "value")
            )
            a = self.linear(self.attend(q, k, v), f"{path}.attention.output.dense")
            x = self.layer_norm(a + x, f"{path}.attention.output.LayerNorm")
            h = self.linear(F.gelu(self.linear(x, f"{path}.intermediate.dense")), f"{path}.output.dense")
            x = self.layer_norm(h + x, f"{path}.output.LayerNorm")
        first = torch.tanh(self.linear(x[:, 0], "classifier.dense"))
        return self.linear(first, "classifier.out_proj")

    def rms_norm(self, x, path):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6) * self.weights[path + ".weight"]

    def rotary(self, start, length):
        half = self.head_size // 2
        angles = torch.outer(
            torch.arange(start, start + length, dtype=torch.float64),
            10000.0 ** (-torch.arange(half, dtype=torch.float64) / half),
        ).repeat(1, 2)
        return angles.cos().float().to(device), angles.sin().float().to(device)

    def rotate(self, x, cos, sin):
        a, b = x.chunk(2, -1)
        return x * cos + torch.cat((-b, a), -1) * sin

    def decode(self, ids, cache=None):
        """Logits, and the keys and values of all layers; those in the cache belong to the tokens before."""
        w, start = self.weights, cache[0][0].shape[2] if cache else 0
        length = ids.shape[1]
        cos, sin = self.rotary(start, length)
        mask = torch.full((length, start + length), -math.inf, device=device).triu(start + 1) if length > 1 else None
        x = F.embedding(ids, w["model.embed_tokens.weight"])
        kept = []
        for i in range(self.spec["layers"]):
            path = f"model.layers.{i}"
            n = self.rms_norm(x, f"{path}.input_layernorm")
            q, k, v = (self.split_heads(self.linear(n, f"{path}.self_attn.{part}_proj")) for part in "qkv")
            q, k = self.rotate(q, cos, sin), self.rotate(k, cos, sin)
            if cache:
                k, v = torch.cat((cache[i][0], k), 2), torch.cat((cache[i][1], v), 2)
            kept.append((k, v))
            x = x + self.linear(self.attend(q, k, v, mask), f"{path}.self_attn.o_proj")
            n = self.rms_norm(x, f"{path}.post_attention_layernorm")
            gate, up = self.linear(n, f"{path}.mlp.gate_proj"), self.linear(n, f"{path}.mlp.up_proj")
            x = x + self.linear(F.silu(gate) * up, f"{path}.mlp.down_proj")
        return self.linear(self.rms_norm(x, "model.norm"), "lm_head"), kept


class Step:
    def __init__(self, model, method, parameters, adapterParameters, trained, learningRate):
        self.model = Model(model, parameters + adapterParameters, method)
        shape = (model["batch"], model["length"])
        self.batches = [
            (integers(100 + i, 3, model["vocabulary"], *shape), integers(200 + i, 0, 2, shape[0])) for i in range(8)
        ]
        self.steps = 0
        trained = [self.model.weights[name] for name in trained + [p["name"] for p in adapterParameters]]
        for parameter in trained:
            parameter.requires_grad_()
        self.optimizer = torch.optim.AdamW(trained, lr=learningRate, weight_decay=0) if trained else None

    def run(self):
        batch = self.batches[self.steps % len(self.batches)]
        self.steps += 1
        if self.optimizer is None:
            with torch.no_grad():
                return self.model.loss(*batch).item()
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.model.loss(*batch)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def check(self):
        return [self.run() for _ in range(3)]


class Decode:
    def __init__(self, model, parameters, promptLength, newTokens):
        self.model, self.count = Model(model, parameters), newTokens
        self.prompt = integers(300, 3, model["vocabulary"], 1, promptLength)

    @torch.no_grad()
    def run(self):
        ids, cache, tokens = self.prompt, None, []
        for _ in range(self.count):
            logits, cache = self.model.decode(ids, cache)
            ids = logits[:, -1:].argmax(-1)
            tokens.append(ids.item())
        return tokens

    def check(self):
        return self.run()


kinds = {
    "sgemm": sgemm,
    "rfft": rfft,
    "softmax": softmax,
    "layerNorm": layer_norm,
    "crossEntropy": cross_entropy,
    "blockCirculant": block_circulant,
    "adamw": AdamW,
    "step": Step,
    "decode": Decode,
}


def prepare(kind, **options):
    if "pass" in options:
        options["backward"] = options.pop("pass") != "forward"
    return kinds[kind](**options)


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / 2**20


work = None


def answer(request):
    global work
    call = request["call"]
    if call == "describe":
        adapter = {"adapter": torch.cuda.get_device_name()} if device.type == "cuda" else {}
        return {"description": torch.__version__, **adapter}
    if call == "prepare":
        work = None
        work = prepare(**request["task"])
        return {"sample": work.check()}
    if call == "run":
        cpu_began, began, count = time.process_time(), time.perf_counter(), 0
        while count < request["repetitions"] or time.perf_counter() - began < request["milliseconds"] / 1000:
            for _ in range(request.get("inARow", 1)):
                work.run()
                count += 1
            finish()
        milliseconds, cpu_milliseconds = (
            (now - then) * 1000 / count
            for now, then in ((time.perf_counter(), began), (time.process_time(), cpu_began))
        )
        return {"milliseconds": milliseconds, "cpuMilliseconds": cpu_milliseconds}
    if call == "memory":
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
        return {"memory": {"rss": resident(), "peak": peak}}
    raise ValueError(call)


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)

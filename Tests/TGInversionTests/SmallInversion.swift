import TGCompiler
import TGExecution
import TGInversion
import TGMachine
import TGPlan
import TGRuntime
import TGSession
import TGSyntax
import TGTensor
import Testing

/// A small decoder with made-up weights and objectives over it, compiled in batches of 1 and 2.
struct SmallInversion {
  private static let page = """
    model Decoder() {
      func decode(z: Latent[6]) -> (image: Image[1, 8, 8](0 ... 1)) {
        return z |> linear(64) @ "fc" |> sigmoid |> reshape([1, 8, 8])
      }
    }

    model Inversion() {
      part G = Decoder()

      func decode(z: Normal[6]) -> (image: Image[1, 8, 8](0 ... 1)) { return G.decode(z) }

      objective search(target: Image[1, 8, 8](0 ... 1))
          -> (z: Latent[6], image: Image[1, 8, 8](0 ... 1)) {
        sample random: Normal[6]
        var z = start(middle: 0 * random, random: random)
        repeat 60 { minimize (pixels: mse(G.decode(z), target)) over z using lbfgs() }
        return (z: z, image: G.decode(z))
      }

      objective noisy(target: Image[1, 8, 8](0 ... 1))
          -> (z: Latent[6], image: Image[1, 8, 8](0 ... 1)) {
        sample random: Normal[6]
        var z = random
        repeat 30 { t in
          sample n: Normal[6]
          minimize (
            pixels: mse(G.decode(z + 0.1 * (1 - t) * n), target),
            size: 0.001 * mean(square(z))
          ) over z using adam(rate: 0.1 * (1 - t))
          z = min(max(z, -2), 2)
        }
        return (z: z, image: G.decode(z))
      }

      objective twice(target: Image[1, 8, 8](0 ... 1))
          -> (z: Latent[6], shift: Latent[1, 1, 1], image: Image[1, 8, 8](0 ... 1)) {
        sample random: Normal[6]
        sample offset: Normal[1, 1, 1]
        var z = random
        var shift = offset
        repeat 12 {
          minimize mse(G.decode(z), target) over z using sgd(rate: 1.0, momentum: 0.5)
        }
        repeat 9 {
          minimize mse(G.decode(z) + shift, target) over z, shift using adam(rate: 0.05)
        }
        return (z: z, shift: shift, image: G.decode(z) + shift)
      }

      objective common(target: Image[1, 8, 8](0 ... 1))
          -> (z: Latent[6], shift: Latent[1, 1, 1], image: Image[1, 8, 8](0 ... 1)) {
        sample random: Normal[6]
        shared var z = random
        var shift = expand(0, [1, 1, 1]) * random[0]
        repeat 5 {
          minimize (pixels: mse(G.decode(z) + shift, target)) over z, shift
            using sgd(rate: 0.5)
          z = min(max(z, -2), 2)
        }
        return (z: z, shift: shift, image: G.decode(z) + shift)
      }

      objective searched(target: Image[1, 8, 8](0 ... 1))
          -> (z: Latent[6], image: Image[1, 8, 8](0 ... 1)) {
        sample random: Normal[6]
        shared var z = 0.1 * random
        repeat 40 { minimize mse(G.decode(z), target) over z using lbfgs() }
        return (z: z, image: G.decode(z))
      }
    }

    """

  let loaded: LoadedPlan

  init() throws {
    let library = try Library(path: "small.tgraph") { path throws(Library.LoadingError) in
      Array(Self.page.utf8)
    }
    var compilation = Compilation()
    compilation.model = "Inversion"
    compilation.syntheticSeed = 3
    compilation.batches = [1, 2]
    let built = try compilation.run(library).built
    loaded = LoadedPlan(plan: built.plan, weights: try #require(built.store.section))
    try PlanChecker.check(built.plan)
  }

  /// A picture of the decoder, `[1, 1, 8, 8]`.
  func picture(seed: UInt64) throws -> HostTensor {
    let session = try Session(
      loaded, function: "decode", on: NativeTarget(), within: Budget(threads: 1))
    let run = try session.prepare([:], items: [RunItem(seed: seed)], belongTogether: false)
    let results = try session.run(run.chunks[0], of: run, outputs: ["image"]).results
    return try #require(results[0]["image"])
  }

  /// The picture of a code, `[1, 1, 8, 8]`.
  func picture(of code: [Float]) throws -> HostTensor {
    let session = try Session(
      loaded, function: "decode", on: NativeTarget(), within: Budget(threads: 1))
    let run = try session.prepare(
      [:], items: [RunItem(seed: 0, numbers: ["z": code])], belongTogether: false)
    let results = try session.run(run.chunks[0], of: run, outputs: ["image"]).results
    return try #require(results[0]["image"])
  }

  /// The objective of a name, and its functions.
  func functions(_ name: String, batch: Int = 1) throws -> ObjectiveFunctions {
    try ObjectiveFunctions(
      loaded.plan.objective(named: name, space: nil), of: loaded, batch: batch, on: NativeTarget(),
      within: Budget(threads: 1))
  }

  /// A run over pictures, at its beginning.
  func begin(
    _ functions: ObjectiveFunctions, _ pictures: [HostTensor], seed: UInt64 = 5,
    seeds: [UInt64]? = nil, initial: InitialCode? = nil,
    _ change: (inout InversionSettings) throws -> Void = { _ in }
  ) throws -> ObjectiveRun {
    let objective = functions.objective
    var settings = try InversionSettings(objective)
    try change(&settings)
    let session = try Session(
      loaded, function: objective.loops[0].start, on: NativeTarget(), within: Budget(threads: 1))
    let target = HostTensor(
      Shape([pictures.count, 1, 8, 8]), pictures.flatMap(\.elements))
    let prepared = try session.prepare(
      ["target": .array(target, lengths: nil)],
      items: pictures.indices.map { RunItem(seed: seeds?[$0] ?? seed, row: $0) },
      belongTogether: false)
    let started = try session.run(
      prepared.chunks[0], of: prepared, outputs: session.variants.form.outputs.map(\.name)
    ).results
    return try ObjectiveRun(
      functions, settings: settings, seeds: seeds ?? pictures.map { _ in seed }, started: started,
      initial: initial)
  }
}

extension ObjectiveRun {
  /// Does all rounds.
  func finished() throws -> [Outcome] {
    while !isDone { try advance() }
    return try outcomes()
  }
}

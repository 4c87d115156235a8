import Synchronization
import TGCompiler
import TGKernels
import TGMachine
import TGOps
import TGPlan
import TGTensor

/// The choice among the forms of convolutions by measurement (`--tune`): each kind of convolution is run
/// on this machine, on one thread and numbers of no meaning, by direct sums and by every form of tiles.
///
/// What the cost model chooses stays unless another form is faster by `leastGain`: times of one form
/// differ by about so much from run to run. The choice is part of the plan, whose results do not depend
/// on the machine or the moment it runs, but plans of two tunings may differ.
final class TileTuning: Sendable {
  /// What was measured of one kind of convolution.
  struct Finding: Sendable {
    /// What the cost model chooses: results along each side of a tile, 0 for direct sums.
    var modelled: Int
    /// What was fastest.
    var chosen: Int
    /// The time of the model's choice over that of the chosen one.
    var gain: Double
  }

  /// A form is chosen against the cost model if it takes so much less time.
  private static let leastGain = 1.03
  /// Seconds of runs of one form, after one run that is not counted.
  private static let spending = 0.03

  private let isa = ISA.best()
  private let findings = Mutex<[ConvolutionTrial: Finding]>([:])

  /// Chooses for `TileConvolutions`.
  func choose(_ op: Conv2D, _ input: Shape, _ kernels: [Shape]) -> Int {
    let modelled = TileConvolutions.modelled(op, input, kernels)
    let forms = WinogradForm.sizes(for: kernels, stride: op.stride)
    guard !forms.isEmpty else { return modelled }
    var trial = ConvolutionTrial(
      input: input.dimensions, output: [input[0]] + op.outputSize + [kernels[0][0]],
      stride: op.stride, scale: op.scale,
      phases: zip(op.phases, kernels).map { phase, kernel in
        .init(
          kernel: [kernel[2], kernel[3]], pad: [phase.padTop, phase.padLeft],
          origin: [phase.originY, phase.originX])
      })
    trial.inPairs = op.precision == .bfloat16
    if let known = findings.withLock({ $0[trial] }) { return known.chosen }
    let finding = measure(trial, forms: [0] + forms, modelled: modelled)
    findings.withLock { $0[trial] = finding }
    return finding.chosen
  }

  private func measure(_ trial: ConvolutionTrial, forms: [Int], modelled: Int) -> Finding {
    var finding = Finding(modelled: modelled, chosen: modelled, gain: 1)
    let clock = ContinuousClock()
    let origin = clock.now
    func seconds(_ tile: Int) -> Double {
      let now = { (clock.now - origin) / .seconds(1) }
      // What no machine has the memory for is never chosen.
      return (try? trial.seconds(tile: tile, isa: isa, spending: Self.spending, now: now))
        ?? .infinity
    }
    let known = seconds(modelled)
    for tile in forms where tile != modelled {
      let gain = known / seconds(tile)
      if gain > max(finding.gain, Self.leastGain) { (finding.chosen, finding.gain) = (tile, gain) }
    }
    return finding
  }

  /// What was found, one sentence.
  var summary: String {
    let all = findings.withLock { Array($0.values) }
    let changed = all.filter { $0.chosen != $0.modelled }
    guard !all.isEmpty else { return "tuned: no convolution has a choice" }
    let kinds = all.count == 1 ? "1 kind" : "\(all.count) kinds"
    guard let best = changed.map(\.gain).max() else {
      return "tuned: of \(kinds) of convolutions all go as the cost model chooses"
    }
    return "tuned: of \(kinds) of convolutions \(changed.count) go otherwise than the cost model "
      + "chooses, at most \(Int(((best - 1) * 100).rounded())) % faster"
  }
}

import TGKernels
import TGMachine
import TGOps
import TGPlan
import TGTensor

/// Measures direct sums and the forms of tiles over a grid of convolutions, on one thread, in turns: what
/// the cost model is fitted to, and how much it loses by choosing without measuring.
enum FormBench {
  /// The seconds of runs of one form in one turn.
  private static let spending = 0.02
  private static let turns = 3

  /// Prints the table in the form of spec/runtime.md.
  static func run() throws {
    let isa = ISA.best()
    print("| \(isa.rawValue), ms | direct | 2 | 3 | 4 | model | fastest | lost |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    var losses: [Double] = []
    for (name, trial) in trials { losses.append(try row(name, trial, isa)) }
    let mean = losses.reduce(0, +) / Double(losses.count)
    print("mean loss \(percent(mean)) %, largest \(percent(losses.max() ?? 0)) %")
  }

  /// Prints a row; returns the part of the time that is lost by the model's choice.
  private static func row(_ name: String, _ trial: ConvolutionTrial, _ isa: ISA) throws -> Double {
    let kernels = trial.phases.map { Shape([trial.output[3], trial.input[3]] + $0.kernel) }
    let forms = [0] + WinogradForm.sizes(for: kernels, stride: trial.stride)
    var times: [Int: Double] = [:]
    for _ in 0..<turns {
      for tile in forms {
        let seconds = try trial.seconds(
          tile: tile, isa: isa, spending: spending, now: TGBench.now)
        times[tile] = min(times[tile] ?? .infinity, seconds)
      }
    }
    let op = Conv2D(
      scale: trial.scale,
      phases: trial.phases.map {
        .init(padTop: 0, padLeft: 0, originY: $0.origin[0], originX: $0.origin[1])
      },
      outputSize: Array(trial.output[1...2]))
    let phases = zip(op.phases, kernels).map {
      (kernel: $1, results: [trial.input[0]] + op.resultSize(of: $0))
    }
    let chosen = CostModel.tile(phases: phases, stride: trial.stride)
    let fastest = times.min { $0.value < $1.value }?.key ?? 0
    let lost = (times[chosen] ?? 0) / (times[fastest] ?? 1) - 1
    let cells = [0, 2, 3, 4].map { times[$0].map { milliseconds($0) } ?? "" }
    print(
      "| \(name) | " + cells.joined(separator: " | ")
        + " | \(chosen) | \(fastest) | \(percent(lost)) % |")
    return lost
  }

  /// Kernels of 3 × 3, phases of enlarged layers and of transposed ones, strides; wide and narrow, large
  /// and small.
  private static var trials: [(String, ConvolutionTrial)] {
    var all: [(String, ConvolutionTrial)] = []
    for (channels, size) in [
      (16, 32), (16, 256), (32, 128), (64, 16), (64, 128), (128, 16), (128, 64), (256, 8),
      (256, 32),
      (512, 4), (512, 8), (512, 16), (512, 32),
    ] {
      all.append(
        ("3 × 3, \(channels) at \(size)²", trial(channels, size, [[3, 3]], pad: 1)))
    }
    for (channels, size) in [
      (16, 64), (64, 16), (64, 64), (256, 16), (512, 4), (512, 8), (512, 16),
    ] {
      all.append(
        (
          "2 × 2 four times, \(channels) at \(size)²",
          trial(channels, size, .init(repeating: [2, 2], count: 4))
        ))
    }
    for (channels, size) in [(64, 64), (512, 8), (512, 32)] {
      all.append(
        (
          "2 × 2 … 1 × 1, \(channels) at \(size)²",
          trial(channels, size, [[2, 2], [2, 1], [1, 2], [1, 1]])
        ))
    }
    for (kernel, channels, size) in [
      (4, 16, 64), (4, 64, 64), (4, 256, 16), (4, 512, 8), (5, 64, 32),
    ] {
      all.append(
        (
          "\(kernel) × \(kernel) / 2, \(channels) at \(size)²",
          trial(channels, size, [[kernel, kernel]], stride: 2, pad: (kernel - 1) / 2)
        ))
    }
    return all
  }

  /// A convolution of as many outputs as inputs, of one phase or of four.
  private static func trial(
    _ channels: Int, _ size: Int, _ kernels: [[Int]], stride: Int = 1, pad: Int = 0
  ) -> ConvolutionTrial {
    let scale = kernels.count == 4 ? 2 : 1
    let end = size * scale / stride
    return ConvolutionTrial(
      input: [1, size, size, channels], output: [1, end, end, channels], stride: [stride, stride],
      scale: [scale, scale],
      phases: kernels.indices.map { index in
        let origin = [index / 2, index % 2]
        return .init(
          kernel: kernels[index], pad: scale == 2 ? origin.map { 1 - $0 } : [pad, pad],
          origin: scale == 2 ? origin : [0, 0])
      })
  }

  private static func milliseconds(_ seconds: Double) -> String {
    let micro = Int((seconds * 1e6).rounded())
    let rest = "\(micro % 1000)"
    return "\(micro / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }

  private static func percent(_ part: Double) -> String { "\(Int((part * 100).rounded()))" }
}

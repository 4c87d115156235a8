import TGPlan
import TGTensor

/// The numbers of a kernel of one group, `[O, C, height, width]`, in the order of its panels
/// `[⌈O / 16⌉][height][width][C][16]`, without packing them; or of the panels of the kernel turned,
/// `[⌈C / 16⌉][height][width][O][16]`, taps in reverse order.
struct PanelOrder {
  /// The numbers, with those that fill up the last panel.
  let count: Int
  private let elements: [Float]
  private let taps: Int
  /// Channels that lie beside each other within a panel, in all, and those that follow each other.
  private let lanes, rows: Int
  /// Elements of the kernel from lane to lane and from row to row.
  private let laneStep, rowStep: Int
  private let isTurned: Bool

  /// The order of a kernel's panels, or of those of the kernel turned.
  init(_ kernel: HostTensor, isTurned: Bool = false) {
    let shape = kernel.shape
    elements = kernel.elements
    taps = shape[2] * shape[3]
    self.isTurned = isTurned
    let steps = [shape[1] * taps, taps]
    (lanes, rows) = isTurned ? (shape[1], shape[0]) : (shape[0], shape[1])
    (laneStep, rowStep) = isTurned ? (steps[1], steps[0]) : (steps[0], steps[1])
    count = WeightPacking.packedCount(
      outputChannels: lanes, groupChannels: rows, kernelHeight: shape[2], kernelWidth: shape[3],
      groups: 1)
  }

  /// The bits of a number, as it is stored.
  func bits(at position: Int, as dtype: DType) -> UInt32 {
    let (row, lane) = position.quotientAndRemainder(dividingBy: WeightPacking.panelWidth)
    let (tap, column) = row.quotientAndRemainder(dividingBy: rows)
    let panel = tap / taps
    let number = number(panel: panel, tap: tap % taps, row: column, lane: lane)
    return dtype == .float16 ? UInt32(Float16(number).bitPattern) : number.bitPattern
  }

  private func number(panel: Int, tap: Int, row: Int, lane: Int) -> Float {
    let channel = panel * WeightPacking.panelWidth + lane
    guard channel < lanes else { return 0 }
    let place = isTurned ? taps - 1 - tap : tap
    return elements[channel * laneStep + row * rowStep + place]
  }

  /// Whether a blob is made of these numbers, rounded to its type, in this order.
  func isEqual(to blob: WeightNumbers) -> Bool {
    switch blob {
    case .floats(let stored): isEqual(to: stored) { $0.bitPattern == $1.bitPattern }
    case .halves(let stored): isEqual(to: stored) { $0.bitPattern == Float16($1).bitPattern }
    case .integers: false
    }
  }

  private func isEqual<Element>(
    to stored: [Element], _ isSame: (Element, Float) -> Bool
  ) -> Bool {
    guard stored.count == count, rows > 0 else { return false }
    var position = 0
    for panel in 0..<count / (rows * taps * WeightPacking.panelWidth) {
      for tap in 0..<taps {
        for row in 0..<rows {
          for lane in 0..<WeightPacking.panelWidth {
            guard isSame(stored[position], number(panel: panel, tap: tap, row: row, lane: lane))
            else { return false }
            position += 1
          }
        }
      }
    }
    return true
  }
}

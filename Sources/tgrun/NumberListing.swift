import TGCommandLine
import TGPlan
import TGSession
import TGTensor

/// A small output as lines of text, for functions that make no picture.
struct NumberListing {
  /// `name [10]: 0.1 0.2 …`, or its range, and of a vector the index of its largest number (the
  /// class, if these are logits), if there are too many numbers to read.
  let lines: [String]

  init(_ output: InterfaceItem, _ value: HostTensor) {
    let shape = Shape(output.itemShape).description
    let elements = value.elements
    guard elements.count <= 64 else {
      let low = elements.min() ?? 0
      let high = elements.max() ?? 0
      let mean = elements.reduce(0.0) { $0 + Double($1) } / Double(elements.count)
      let index = elements.count == output.itemShape.last ? elements.firstIndex(of: high) : nil
      let largest = index.map { ", largest at \($0)" } ?? ""
      lines = [
        "\(output.name) \(shape): \(low) ... \(high)\(largest), mean \(Quantity.fixed(mean, 4)); "
          + "--output \(output.name)=FILE.npy writes all"
      ]
      return
    }
    lines = ["\(output.name) \(shape): " + elements.map { "\($0)" }.joined(separator: " ")]
  }
}

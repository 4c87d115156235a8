/// Numbers as people read them, the same in any locale.
package enum Quantity {
  /// Bytes in powers of 1024: `512 B`, `3.4 KiB`, `12.0 MiB`.
  package static func bytes(_ count: Int) -> String {
    scaled(Double(count), by: 1024, units: ["B", "KiB", "MiB", "GiB", "TiB"])
  }

  /// A count in powers of 1000: `950`, `3.4 k`, `12.0 M`, `4.8 G`.
  package static func count(_ count: Int) -> String {
    scaled(Double(count), by: 1000, units: ["", "k", "M", "G", "T", "P"])
  }

  /// A time: `0.42 ms`, `31.0 ms`, `2.10 s`.
  package static func seconds(_ time: Double) -> String {
    if time < 0.01 { return fixed(time * 1000, 2) + " ms" }
    if time < 1 { return fixed(time * 1000, 1) + " ms" }
    return fixed(time, 2) + " s"
  }

  /// A number with a fixed number of digits after the point, at most 6.
  package static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((abs(value) * scale).rounded())
    let unit = Int(scale)
    let sign = value < 0 && whole != 0 ? "-" : ""
    guard digits > 0 else { return sign + String(whole) }
    let fraction = String(whole % unit)
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(sign)\(whole / unit).\(zeros)\(fraction)"
  }

  private static func scaled(_ value: Double, by step: Double, units: [String]) -> String {
    var value = value
    var index = 0
    while value >= step, index + 1 < units.count {
      value /= step
      index += 1
    }
    let number = index == 0 ? String(Int(value)) : fixed(value, 1)
    return units[index].isEmpty ? number : "\(number) \(units[index])"
  }
}

extension String {
  /// The text with spaces after it up to a width.
  package func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// The text with spaces before it up to a width.
  package func aligned(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}

extension String {
  /// The text shortened for a message, control characters made visible.
  package var shown: String {
    let text = unicodeScalars.prefix(120).map { scalar in
      scalar.value < 0x20 || scalar.value == 0x7f ? "\u{fffd}" : String(Character(scalar))
    }
    return text.joined() + (unicodeScalars.count > 120 ? "…" : "")
  }
}

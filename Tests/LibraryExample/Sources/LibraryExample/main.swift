import TGraph

// Compiles a page, draws a picture, and finds the code of that picture again: `LibraryExample FOLDER`,
// a folder with `small.tgraph`, in which the plan and the pictures are written.
let folder = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "."

do {
  // 1. Compile. The weights are made of a seed; `page.weights` would name a checkpoint.
  var page = Page("\(folder)/small.tgraph")
  page.syntheticWeights = 1
  page.batches = [1, 2]
  page.inverts = ""
  let plan = try page.compile(to: "\(folder)/small.tplan")
  for function in plan.functions {
    print(function.name, function.inputs.map { "\($0.name): \($0.kind) \($0.shape)" })
  }

  // 2. Draw. The same seed gives the same picture in every batch.
  let session = try Session(plan, threads: 1)
  let pictures = try session.run(seeds: [3, 4]).compactMap(\.picture)
  try pictures[0].write(to: "\(folder)/drawn.png")
  print(
    "drawn", pictures[0].width, pictures[0].height, try session.run(seed: 3).picture == pictures[0])

  // 3. Invert: 60 rounds of gradient descent through the same plan.
  let inversion = try Inversion(plan, threads: 1)
  let target = inversion.inputs.first { $0.kind == "image" }?.name ?? "target"
  let found = try inversion.run([target: .picture(pictures[0])], seed: 1, rounds: 60) {
    round, loss in
    loss > 0 && round < 60
  }
  try found.output.picture?.write(to: "\(folder)/found.png")
  print("found", found.loss < found.losses[0] / 4)

  // 4. What does not fit is said in sentences.
  do throws(TGraphError) {
    _ = try session.run(["zz": .number(1)])
  } catch {
    print(error.message)
  }
} catch {
  print(error)
}

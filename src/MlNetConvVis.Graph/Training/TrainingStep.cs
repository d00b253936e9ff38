namespace MlNetConvVis.Graph.Training;

/// <summary>A tensor that lives from step to step: a parameter, its velocity, or a running statistic.</summary>
/// <param name="Name">The name of the input that feeds it.</param>
/// <param name="Updated">The name of the output that holds it after the step.</param>
/// <param name="Initial">Its value before the first step.</param>
/// <param name="Weight">The forward graph's initializer that it stands for, or null for velocities.</param>
public sealed record StateTensor(string Name, string Updated, OnnxTensor Initial, string? Weight);

/// <summary>A dropout mask that the trainer feeds: 0 where a unit is dropped, 1/(1-rate) where it stays.</summary>
/// <param name="Name">The input's name.</param>
/// <param name="Rate">The share that is dropped.</param>
/// <param name="ItemShape">The shape of one item of the batch.</param>
public sealed record DropoutMask(string Name, float Rate, IReadOnlyList<long> ItemShape);

/// <summary>One training step as one ONNX graph: forward, loss, gradients, update.</summary>
/// <param name="Graph">The graph. Gradients of convolutions' weights are nodes of our own; <c>WeightGradient.Lower</c> gives standard operators alone.</param>
/// <param name="Images">The input that takes the images.</param>
/// <param name="Labels">The input that takes the class of each image, int64 [N].</param>
/// <param name="LearningRate">The input that takes the learning rate, a float scalar.</param>
/// <param name="Loss">The output with the mean cross-entropy in nats, a float scalar.</param>
/// <param name="Correct">The output with the number of images whose strongest class is right, an int64 scalar.</param>
/// <param name="State">What lives from step to step.</param>
/// <param name="Masks">The dropout masks to feed; none when the network has no dropout.</param>
public sealed record TrainingStep(
    OnnxGraph Graph,
    string Images,
    string Labels,
    string LearningRate,
    string Loss,
    string Correct,
    IReadOnlyList<StateTensor> State,
    IReadOnlyList<DropoutMask> Masks);

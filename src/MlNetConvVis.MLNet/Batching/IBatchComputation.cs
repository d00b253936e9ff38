namespace MlNetConvVis.MLNet.Batching;

/// <summary>What makes columns out of columns, many rows at a time. Threads may share it; each reader opens runs of its own.</summary>
internal interface IBatchComputation : IDisposable
{
    /// <summary>Gets the columns it reads.</summary>
    IReadOnlyList<string> Inputs { get; }

    /// <summary>Gets the columns it makes.</summary>
    IReadOnlyList<string> Outputs { get; }

    /// <summary>Opens the runs of one reader: as many as compute side by side, and one whose rows are handed out meanwhile. Nothing native is opened
    /// before.</summary>
    IReadOnlyList<IBatchRun> Open();
}

/// <summary>Computes some rows at a time, for one thread at a time. To dispose of it gives its buffers back for the next reader.</summary>
internal interface IBatchRun : IDisposable
{
    /// <summary>Gets the most rows that it computes at once.</summary>
    int Capacity { get; }

    /// <summary>Computes rows.</summary>
    /// <param name="rows">How many, at least one.</param>
    /// <param name="inputs">The input columns, in the computation's order.</param>
    void Compute(int rows, IReadOnlyList<ColumnBlock> inputs);

    /// <summary>Gets a <see cref="Microsoft.ML.ValueGetter{TValue}"/> for what was computed.</summary>
    /// <param name="output">One of the computation's outputs.</param>
    /// <param name="row">Says which row is current, from 0.</param>
    Delegate Getter(string output, Func<int> row);
}

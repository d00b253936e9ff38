namespace MlNetConvVis.MLNet.Batching;

/// <summary>What makes columns out of columns, many rows at a time. Threads may share it; each opens a run of its own.</summary>
internal interface IBatchComputation : IDisposable
{
    /// <summary>Gets the columns it reads.</summary>
    IReadOnlyList<string> Inputs { get; }

    /// <summary>Gets the columns it makes.</summary>
    IReadOnlyList<string> Outputs { get; }

    /// <summary>Gets the most rows of one run.</summary>
    int BatchSize { get; }

    /// <summary>Opens a run; nothing native is opened before.</summary>
    IBatchRun Open();
}

/// <summary>One reader's run; for one thread at a time. To dispose of it gives its buffers back for the next reader.</summary>
internal interface IBatchRun : IDisposable
{
    /// <summary>Computes rows.</summary>
    /// <param name="rows">How many, at least one.</param>
    /// <param name="inputs">The input columns, in the computation's order.</param>
    void Compute(int rows, IReadOnlyList<ColumnBlock> inputs);

    /// <summary>Gets a <see cref="Microsoft.ML.ValueGetter{TValue}"/> for what was computed.</summary>
    /// <param name="output">One of the computation's outputs.</param>
    /// <param name="row">Says which row is current, from 0.</param>
    Delegate Getter(string output, Func<int> row);
}

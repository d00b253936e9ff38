using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetConvVis.MLNet.Batching;

/// <summary>
/// A transformer of ML.NET's own, computed in batches. Single rows (a prediction engine) go through the inner one, and it is the inner one that
/// is saved: outsiders cannot write into a model file, and so any program can load it.
/// </summary>
internal sealed class BatchedTransformer(ITransformer inner, IBatchComputation computation, Action released) : ITransformer, IDisposable
{
    private Action? _released = released;

    public bool IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) =>
        BatchedDataView.Extend(inputSchema, inner.GetOutputSchema(inputSchema), computation.Outputs);

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => inner.GetRowToRowMapper(inputSchema);

    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ObjectDisposedException.ThrowIf(_released is null, this);
        return new BatchedDataView(input, GetOutputSchema(input.Schema), computation);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ObjectDisposedException.ThrowIf(_released is null, this);
        inner.Save(ctx);
    }

    public void Dispose() => Interlocked.Exchange(ref _released, null)?.Invoke();
}

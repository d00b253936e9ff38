using Microsoft.ML;

namespace MlNetConvVis.MLNet.Batching;

/// <summary>What all transformers of one estimator share (cross-validation fits one a fold): opened once, closed with the last of them.</summary>
/// <param name="stock">Makes ML.NET's own estimator.</param>
/// <param name="batched">Makes what computes the same in batches.</param>
internal sealed class SharedModel(Func<StockEstimator> stock, Func<IBatchComputation> batched)
{
    private readonly Lock _gate = new();
    private StockEstimator? _stock;
    private IBatchComputation? _computation;
    private int _users;

    /// <summary>Says what ML.NET's own estimator promises.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        lock (_gate) return (_stock ??= stock()).GetOutputSchema(inputSchema);
    }

    /// <summary>Makes one more transformer.</summary>
    public BatchedTransformer Fit(IDataView input)
    {
        lock (_gate)
        {
            var inner = (_stock ??= stock()).Fit(input);
            _computation ??= batched();
            _users++;
            return new BatchedTransformer(inner, _computation, () => Release(inner));
        }
    }

    private void Release(ITransformer inner)
    {
        lock (_gate)
        {
            if (--_users > 0) return;
            (inner as IDisposable)?.Dispose();
            _computation?.Dispose();
            _stock?.Dispose();
            (_stock, _computation) = (null, null);
        }
    }
}

using MlNetConvVis.Graph;
using MlNetConvVis.Imaging;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.Features;

/// <summary>The reverse pass of one unit, with buffers of its own.</summary>
internal interface IUnitPass : IDisposable
{
    /// <summary>Gets the buffer of a float input or of the output.</summary>
    Span<float> Floats(string name);

    /// <summary>Gets the buffer of an int64 input.</summary>
    Span<long> Longs(string name);

    void Run();
}

/// <summary>The passes of several threads, each working on units of its own.</summary>
internal sealed class UnitPasses : IDisposable
{
    private readonly GraphSession? _session;
    private readonly IUnitPass[] _passes;

    /// <summary>Prepares a windowed graph: for sparse signals, or for ONNX Runtime where it holds operators that <see cref="SparseProgram"/> does not
    /// know.</summary>
    public UnitPasses(OnnxGraph graph, SessionSettings settings)
    {
        var program = SparseProgram.TryCompile(graph);
        _session = program is null ? new GraphSession(graph, settings with { Threads = 1 }) : null;
        _passes = [.. Enumerable.Range(0, settings.ThreadCount).Select(IUnitPass (_) => program is null ? new RuntimePass(_session!) : program.Open())];
    }

    /// <summary>Does something for each of some units, on all threads; the first failure is thrown.</summary>
    public void ForEach(int count, Action<int, IUnitPass> body)
    {
        var threads = Math.Min(_passes.Length, count);
        Unwrapped.Run(() => Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
        {
            for (var i = thread; i < count; i += threads) body(i, _passes[thread]);
        }));
    }

    public void Dispose()
    {
        foreach (var pass in _passes) pass.Dispose();
        _session?.Dispose();
    }

    private sealed class RuntimePass(GraphSession session) : IUnitPass
    {
        private readonly BoundRun _run = session.Bind(1);

        public Span<float> Floats(string name) => _run.Floats(name);

        public Span<long> Longs(string name) => _run.Longs(name);

        public void Run() => _run.Run(1);

        public void Dispose() => _run.Dispose();
    }
}

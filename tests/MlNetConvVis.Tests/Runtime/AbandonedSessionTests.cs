using System.Runtime.CompilerServices;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Shapes;
using MlNetConvVis.Runtime;
using MlNetConvVis.Tests.Imaging;

namespace MlNetConvVis.Tests.Runtime;

/// <summary>A session that its user forgot to close may be collected as garbage while its last run is under way.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class AbandonedSessionTests
{
    private const int Runs = 600;

    [Fact]
    public async Task A_run_keeps_its_session_alive()
    {
        var build = new GraphBuilder("long");
        var x = build.Input("x", ElementType.Float, TensorShape.Of(64, 1024));
        var y = x;
        for (var i = 0; i < 30; i++) y = build.Node("Tanh", [y]);
        var graph = build.ToGraph([new ValueInfo(y.Name, ElementType.Float, TensorShape.Of(64, 1024))]);
        using var stop = new CancellationTokenSource();
        var collector = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }, TestContext.Current.CancellationToken);
        for (var i = 0; i < Runs; i++) RunAndForget(graph);
        await stop.CancelAsync();
        await collector;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void RunAndForget(OnnxGraph graph) => new GraphSession(graph, GraphRun.Settings).Bind(64).Run(64);
}

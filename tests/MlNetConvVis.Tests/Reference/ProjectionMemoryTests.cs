using MlNetConvVis.Features;
using MlNetConvVis.Graph;
using MlNetConvVis.Graph.Reversal;
using MlNetConvVis.Tests.Imaging;

namespace MlNetConvVis.Tests.Reference;

/// <summary>Projecting leaves nothing behind in native memory, which no garbage collector would give back.</summary>
[Collection(AloneInTheProcess.Name)]
public class ProjectionMemoryTests
{
    private const int Size = 64;
    private const int Projections = 2000;

    /// <summary>One image and its projection are 96 KiB: if each projection kept as much, 190 MiB would be left.</summary>
    private const long MostLeft = 24 << 20;

    [Fact]
    public void Two_thousand_projections_leave_no_memory_behind()
    {
        using var projector = Opened(batch: 4);
        Project(projector, Projections / 4);
        var before = WorkingSet();
        Project(projector, Projections);
        Assert.InRange(WorkingSet() - before, long.MinValue, MostLeft);
    }

    [Fact]
    public void Closed_projectors_leave_no_memory_behind()
    {
        OpenAndClose(20);
        var before = WorkingSet();
        OpenAndClose(100);      // weights and buffers of each are 1.5 MiB
        Assert.InRange(WorkingSet() - before, long.MinValue, MostLeft);
    }

    private static void OpenAndClose(int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var projector = Opened(batch: 4);
            Project(projector, 4);
        }
    }

    private static Projector Opened(int batch)
    {
        var random = new MlNetConvVis.Data.SplitMix64(64);
        OnnxTensor Weights(params long[] dims) =>
            OnnxTensor.Of([.. Enumerable.Range(0, (int)OnnxTensor.Product(dims)).Select(_ => (random.Below(129) - 64) / 256f)], dims);
        var graph = GraphText.Parse("""
            c1 = Conv(x, w1) strides=[2,2] pads=[1,1,1,1]
            r1 = Relu(c1)
            p1 = MaxPool(r1) kernel_shape=[3,3] strides=[2,2] pads=[0,0,1,1]
            c2 = Conv(p1, w2) pads=[1,1,1,1]
            r2 = Relu(c2)
            """, [-1, 3, Size, Size], ("w1", Weights(8, 3, 3, 3)), ("w2", Weights(8, 8, 3, 3)));
        return new Projector(new ConvNet(graph), "r2", ReversalRules.Paper, GraphRun.Settings, batch);
    }

    private static void Project(Projector projector, int count)
    {
        const int Each = 10;
        var images = new float[Each * projector.ImageLength];
        for (var i = 0; i < images.Length; i++) images[i] = (i * 37 % 129) - 64;
        var (units, projections, activations) = (new Unit[Each], new float[images.Length], new float[Each]);
        for (var done = 0; done < count; done += Each)
        {
            for (var i = 0; i < Each; i++) units[i] = new Unit(i % 8, done % 16, i);
            projector.Project(images, units, projections, activations);
        }
    }

    private static long WorkingSet()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}

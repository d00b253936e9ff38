using System.Runtime.ExceptionServices;

namespace MlNetConvVis.Imaging;

/// <summary>Parallel loops wrap what their body throws; callers want the error itself.</summary>
internal static class Unwrapped
{
    /// <summary>Runs a parallel loop; throws the first error of its body as it was.</summary>
    public static void Run(Action loop)
    {
        try
        {
            loop();
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }
    }
}

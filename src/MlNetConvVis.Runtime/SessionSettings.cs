namespace MlNetConvVis.Runtime;

/// <summary>How graphs are run.</summary>
public sealed record SessionSettings
{
    /// <summary>The name of the execution provider that computes on the processor.</summary>
    public const string ProcessorProvider = "CPUExecutionProvider";

    /// <summary>Gets the device.</summary>
    /// <value>The default is <see cref="Device.Auto"/>.</value>
    public Device Device { get; init; } = Device.Auto;

    /// <summary>Gets how many threads compute on the processor; 0 for one a core.</summary>
    /// <value>The default is 0.</value>
    public int Threads { get; init; }

    /// <summary>Gets how many threads that is on this machine.</summary>
    public int ThreadCount => Threads > 0 ? Threads : Environment.ProcessorCount;

    /// <summary>Gets whether the runtime's threads wait busily for one another as long as it takes. On an idle machine that is a little faster; where other
    /// threads compute too, such as those that decode the next pictures, it takes the processor from them and is several times slower.</summary>
    /// <value>The default is false: they wait busily for a tenth of a millisecond (ONNX Runtime 1.29 or newer), then sleep.</value>
    public bool BusyWaiting { get; init; }

    /// <summary>Gets what receives notes, such as that CUDA is missing and the processor is used; null to drop them.</summary>
    public Action<string>? Note { get; init; }
}

/// <summary>ONNX Runtime refused a graph or failed to run it.</summary>
public sealed class SessionException : Graph.GraphException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What came, what was wanted, what to do.</param>
    public SessionException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">What came, what was wanted, what to do.</param>
    /// <param name="cause">What failed underneath.</param>
    public SessionException(string message, Exception cause)
        : base(message, cause)
    {
    }
}

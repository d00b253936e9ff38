namespace MlNetConvVis.Cli;

/// <summary>What the process answers with; scripts rely on these.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The work failed though what was asked for was right.</summary>
    public const int Failed = 1;

    /// <summary>Bad arguments or bad input.</summary>
    public const int BadInput = 2;

    /// <summary>Ctrl+C: 128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}

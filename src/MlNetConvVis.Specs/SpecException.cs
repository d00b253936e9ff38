namespace MlNetConvVis.Specs;

/// <summary>A place in a text file, counted from one.</summary>
/// <param name="File">The file's name as it was given.</param>
/// <param name="Line">The line; 0 when the file as a whole is meant.</param>
/// <param name="Column">The column; 0 when the file as a whole is meant.</param>
public readonly record struct SourcePosition(string File, int Line, int Column)
{
    /// <summary>Gets the place as editors and terminals understand it: <c>file:line:column</c>.</summary>
    public override string ToString() => Line == 0 ? File : $"{File}:{Line}:{Column}";
}

/// <summary>A spec or pipeline file that cannot be used: where, what came, what was wanted, what to do.</summary>
public sealed class SpecException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="position">Where in the file.</param>
    /// <param name="problem">What came, what was wanted, what to do.</param>
    /// <param name="cause">What failed underneath, or null.</param>
    public SpecException(SourcePosition position, string problem, Exception? cause = null)
        : base($"{position}: {problem}", cause)
    {
        Position = position;
        Problem = problem;
    }

    /// <summary>Gets where in the file.</summary>
    public SourcePosition Position { get; }

    /// <summary>Gets the message without the place.</summary>
    public string Problem { get; }
}

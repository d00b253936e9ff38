namespace MlNetConvVis.Bench;

/// <summary>The other side of a comparison.</summary>
internal interface IRival
{
    /// <summary>Gets a case ready.</summary>
    /// <returns>How it is run, or why it cannot be.</returns>
    (bool Opened, string Note) Open(Case work);

    /// <summary>Runs the case once.</summary>
    /// <returns>How long it took, the mean absolute value of the result, and the share of unseen rows labelled rightly where something is learned.</returns>
    (Sample Time, double Mean, double? Accuracy) Run();

    /// <summary>Lets go of the case.</summary>
    void Close();
}

/// <summary>Work of our own, to see what something costs beside something else.</summary>
internal sealed class OwnRival(Func<IWork> open, Func<string> name) : IRival
{
    private IWork? _work;

    public (bool Opened, string Note) Open(Case work)
    {
        _work = open();
        return (true, name());
    }

    public (Sample Time, double Mean, double? Accuracy) Run() => (Comparison.Time(_work!), _work!.Mean(), _work.Accuracy());

    public void Close() => _work?.Dispose();
}

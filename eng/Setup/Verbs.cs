namespace MlNetConvVis.Setup;

/// <summary>The verbs of the tool.</summary>
internal static class Verbs
{
    private const string Usage = """
        setup [--again]   find out what this machine can restore, install what NuGet does not serve; --again looks again even if nothing changed
        """;

    public static int Run(string[] arguments)
    {
        try
        {
            var repository = Repository.Around(AppContext.BaseDirectory);
            switch (arguments)
            {
                case ["setup", .. var options] when options is [] or ["--again"]:
                    new SetupRun(repository, Console.Error).Run(again: options is ["--again"]);
                    return 0;
                default:
                    Console.Error.WriteLine($"set-up: unknown arguments '{string.Join(' ', arguments)}'; known:\n{Usage}");
                    return 2;
            }
        }
        catch (SetupException failure)
        {
            Console.Error.WriteLine($"set-up: {failure.Message}");
            return 2;
        }
    }
}

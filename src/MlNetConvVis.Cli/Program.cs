using MlNetConvVis.Cli;

using var interruption = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = !interruption.IsCancellationRequested;      // the second Ctrl+C ends the process at once
    interruption.Cancel();
};
return App.Run(args, Console.Out, Console.Error, interruption.Token);

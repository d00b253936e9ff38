namespace MlNetConvVis.Data;

/// <summary>An array as a .npy file holds it.</summary>
/// <typeparam name="T">float, double, long, int, byte or bool.</typeparam>
/// <param name="Values">All values, the last dimension running fastest.</param>
/// <param name="Shape">The dimensions; none for a single value.</param>
public sealed record NpyArray<T>(T[] Values, int[] Shape)
    where T : unmanaged;

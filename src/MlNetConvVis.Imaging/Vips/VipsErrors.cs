namespace MlNetConvVis.Imaging.Vips;

/// <summary>The error text that libvips gathers for the whole process.</summary>
internal static unsafe class VipsErrors
{
    private const int LongestText = 300;

    public static void Clear() => VipsNative.ClearErrors();

    /// <summary>Reads the text as one line and clears it.</summary>
    public static string Take()
    {
        var lines = VipsNative.Text(VipsNative.ErrorBuffer())
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Clear();
        var text = string.Join("; ", lines.Distinct());
        return text.Length == 0 ? "libvips gives no reason" : text.Length > LongestText ? text[..LongestText] + "…" : text;
    }
}

namespace MlNetConvVis.Imaging.Vips;

/// <summary>A reference to a libvips image: a recipe whose pixels are computed when they are copied out.</summary>
internal sealed unsafe class VipsImage(nint image) : IDisposable
{
    private nint _image = image != 0 ? image : throw new VipsException();

    public nint Handle => _image;

    public int Width => VipsNative.Width(_image);

    public int Height => VipsNative.Height(_image);

    public int Bands => VipsNative.Bands(_image);

    public VipsBandFormat Format => (VipsBandFormat)VipsNative.BandFormat(_image);

    public VipsInterpretation Interpretation => (VipsInterpretation)VipsNative.Interpretation(_image);

    /// <summary>EXIF orientation, 1 (upright) to 8.</summary>
    public int Orientation => VipsNative.Orientation(_image);

    /// <summary>Computes all pixels: rows from the top, samples interleaved. Freed by disposing what comes back.</summary>
    /// <remarks>By a region, which works in the calling thread. <c>vips_image_write_to_memory</c> would start a thread and hand over to it strip by strip,
    /// which takes longer than decoding a small photo.</remarks>
    public VipsPixels Compute()
    {
        var region = VipsNative.RegionOf(_image);
        if (region == 0) throw new VipsException();
        try
        {
            var data = VipsNative.Fetch(region, 0, 0, Width, Height, out var length);
            return data is not null ? new VipsPixels(data, (long)length) : throw new VipsException();
        }
        finally
        {
            VipsNative.Unref(region);
        }
    }

    public void Dispose()
    {
        if (_image != 0)
            VipsNative.Unref(_image);
        _image = 0;
    }
}

/// <summary>Pixels in libvips' memory.</summary>
internal sealed unsafe class VipsPixels(void* data, long length) : IDisposable
{
    private void* _data = data;

    public ReadOnlySpan<T> As<T>()
        where T : unmanaged => new(_data, checked((int)(length / sizeof(T))));

    public void Dispose()
    {
        VipsNative.Free(_data);
        _data = null;
    }
}

namespace MlNetConvVis.Imaging.Vips;

/// <summary>One libvips operation: made by name, filled in property by property, run, read out. Dispose drops all it holds.</summary>
internal sealed unsafe class VipsOperation : IDisposable
{
    private nint _operation;

    public VipsOperation(string name)
    {
        _operation = VipsNative.NewOperation(name);
        if (_operation == 0)
            throw new VipsException();
    }

    public VipsOperation Set(string property, double number)
    {
        var value = NewValue(VipsNative.TypeDouble);
        VipsNative.SetDouble(&value, number);
        return Set(property, &value);
    }

    public VipsOperation SetEnum(string property, nuint type, int number)
    {
        var value = NewValue(type);
        VipsNative.SetEnum(&value, number);
        return Set(property, &value);
    }

    public VipsOperation SetImage(string property, VipsImage image)
    {
        var value = NewValue(VipsNative.ImageType());
        VipsNative.SetObject(&value, image.Handle);
        return Set(property, &value);
    }

    /// <summary>Hands in memory; it must stay where it is until the last image made from it is computed.</summary>
    public VipsOperation SetMemory(string property, byte* data, int length)
    {
        var blob = VipsNative.NewBlob(0, data, (nuint)length);
        var value = NewValue(VipsNative.BlobType());
        VipsNative.SetBoxed(&value, blob);
        VipsNative.UnrefArea(blob);      // the value holds its own reference
        return Set(property, &value);
    }

    /// <summary>Runs the operation.</summary>
    public VipsOperation Build()
    {
        // The answer is an operation with a reference of its own (this one again, as nothing is cached), or 0.
        var built = VipsNative.BuildOperation(_operation);
        if (built == 0)
        {
            Dispose();
            throw new VipsException();
        }

        VipsNative.Unref(_operation);
        _operation = built;
        return this;
    }

    /// <summary>Takes an image result, with a reference that the caller drops.</summary>
    public VipsImage Image(string property = "out")
    {
        var value = NewValue(VipsNative.ImageType());
        VipsNative.GetProperty(_operation, property, &value);
        var image = VipsNative.DuplicateObject(&value);
        VipsNative.UnsetValue(&value);
        return new VipsImage(image);
    }

    /// <summary>Copies a memory result.</summary>
    public byte[] Memory(string property)
    {
        var value = NewValue(VipsNative.BlobType());
        VipsNative.GetProperty(_operation, property, &value);
        var data = VipsNative.BlobData(VipsNative.GetBoxed(&value), out var length);
        var copy = new ReadOnlySpan<byte>(data, (int)length).ToArray();
        VipsNative.UnsetValue(&value);
        return copy;
    }

    public void Dispose()
    {
        if (_operation == 0)
            return;
        VipsNative.UnrefOutputs(_operation);
        VipsNative.Unref(_operation);
        _operation = 0;
    }

    private static VipsNative.GValue NewValue(nuint type)
    {
        VipsNative.GValue value = default;
        VipsNative.InitValue(&value, type);
        return value;
    }

    private VipsOperation Set(string property, VipsNative.GValue* value)
    {
        VipsNative.SetProperty(_operation, property, value);
        VipsNative.UnsetValue(value);
        return this;
    }
}

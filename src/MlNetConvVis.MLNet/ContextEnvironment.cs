using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using MlNetConvVis.Runtime;

namespace MlNetConvVis.MLNet;

/// <summary>
/// Finds the context behind a catalog (<c>ml.Transforms</c>, <c>ml.Model</c>, trainers), and its device. ML.NET's own estimators get both through
/// members that it keeps internal; the tests hold these names against the version in use.
/// </summary>
internal static class ContextEnvironment
{
    private const string Interface = "Microsoft.ML.IInternalCatalog";

    /// <summary>Gets the environment of a catalog.</summary>
    /// <param name="catalog">One of the context's catalogs.</param>
    /// <exception cref="NotSupportedException">This version of Microsoft.ML is built otherwise.</exception>
    public static IHostEnvironment Of(object catalog) =>
        catalog.GetType().GetInterfaces().FirstOrDefault(static i => i.Name == "IInternalCatalog")?.GetProperty("Environment")?.GetValue(catalog)
            as IHostEnvironment ?? throw Unknown($"{Interface}.Environment of {catalog.GetType().Name}");

    /// <summary>Gets the device that the context asks for: the processor where <see cref="MLContext.GpuDeviceId"/> is null, as in ML.NET.</summary>
    /// <param name="catalog">One of the context's catalogs.</param>
    /// <exception cref="NotSupportedException">This version of Microsoft.ML is built otherwise.</exception>
    public static SessionSettings Settings(object catalog)
    {
        var environment = Of(catalog);
        var gpu = (int?)Property(environment, nameof(MLContext.GpuDeviceId));
        var fallback = (bool)Property(environment, nameof(MLContext.FallbackToCpu))!;
        return new SessionSettings
        {
            Device = gpu is { } index ? new Device(fallback ? DeviceKind.Auto : DeviceKind.Cuda, index) : Device.Cpu,
        };
    }

    /// <summary>Gets the context's <see cref="MLContext.TempFilePath"/>.</summary>
    /// <param name="catalog">One of the context's catalogs.</param>
    /// <exception cref="NotSupportedException">This version of Microsoft.ML is built otherwise.</exception>
    public static string TemporaryFolder(object catalog) => (string)Property(Of(catalog), nameof(MLContext.TempFilePath))!;

    /// <summary>Gets transforms that compute on the processor, whatever a context says.</summary>
    public static TransformsCatalog ProcessorTransforms => new MLContext().Transforms;

    /// <summary>Gets the transforms to make an ONNX step with. ML.NET itself does not fall back where its build of ONNX Runtime has no CUDA at all.</summary>
    /// <param name="catalog">The context's transforms.</param>
    /// <exception cref="InvalidOperationException">A device is asked for that this build of ONNX Runtime cannot use, and nothing to fall back to.</exception>
    public static TransformsCatalog TransformsOnDevice(TransformsCatalog catalog)
    {
        var device = Settings(catalog).Device;
        if (device.Kind == DeviceKind.Cpu || RuntimeFacts.Providers.Contains("CUDAExecutionProvider")) return catalog;
        return device.Kind == DeviceKind.Auto ? ProcessorTransforms : throw new InvalidOperationException(
            $"MLContext.GpuDeviceId is {device.Index}, but this build of ONNX Runtime has only {string.Join(", ", RuntimeFacts.Providers)}. " +
            "Use the package Microsoft.ML.OnnxRuntime.Gpu, set FallbackToCpu, or leave GpuDeviceId null.");
    }

    /// <summary>Makes an object through a constructor that ML.NET keeps internal.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="types">The types of the constructor's first parameters.</param>
    /// <param name="arguments">Their values; parameters behind them take their defaults.</param>
    /// <exception cref="NotSupportedException">This version of Microsoft.ML has no such constructor.</exception>
    public static T New<T>(Type[] types, params object?[] arguments)
    {
        foreach (var constructor in typeof(T).GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public))
        {
            var parameters = constructor.GetParameters();
            if (parameters.Length < types.Length || !parameters.Take(types.Length).Select(static p => p.ParameterType).SequenceEqual(types)
                || !parameters.Skip(types.Length).All(static p => p.HasDefaultValue))
            {
                continue;
            }

            var rest = parameters.Skip(types.Length).Select(static p => p.DefaultValue);
            return (T)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, [.. arguments, .. rest], null);
        }

        throw Unknown($"{typeof(T).Name}({string.Join(", ", types.Select(static t => t.Name))})");
    }

    private static object? Property(IHostEnvironment environment, string name) =>
        environment.GetType().GetProperty(name) is { } property ? property.GetValue(environment) : throw Unknown($"{environment.GetType().Name}.{name}");

    private static NotSupportedException Unknown(string member) => new(
        $"Microsoft.ML {typeof(MLContext).Assembly.GetName().Version} has no {member}; 5.0 has. Use Microsoft.ML 5.0.x, or report this version.");
}

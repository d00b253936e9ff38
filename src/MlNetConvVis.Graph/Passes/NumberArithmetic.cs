using MlNetConvVis.Graph.Shapes;

namespace MlNetConvVis.Graph.Passes;

/// <summary>The table of operators that can be worked out beforehand, on constants and on the sizes of values. An answer of null means that it
/// cannot.</summary>
internal static class NumberArithmetic
{
    private static readonly Dictionary<string, Func<double, double>> s_unary = new(StringComparer.Ordinal)
    {
        ["Neg"] = static v => -v,
        ["Abs"] = Math.Abs,
        ["Floor"] = Math.Floor,
        ["Ceil"] = Math.Ceiling,
        ["Round"] = static v => Math.Round(v, MidpointRounding.ToEven),
        ["Sqrt"] = Math.Sqrt,
        ["Exp"] = Math.Exp,
        ["Log"] = Math.Log,
        ["Reciprocal"] = static v => 1 / v,
        ["Not"] = static v => v == 0 ? 1 : 0,
    };

    private static readonly Dictionary<string, Func<double, double, double>> s_binary = new(StringComparer.Ordinal)
    {
        ["Add"] = static (a, b) => a + b,
        ["Sub"] = static (a, b) => a - b,
        ["Mul"] = static (a, b) => a * b,
        ["Div"] = static (a, b) => a / b,
        ["Pow"] = Math.Pow,
        ["Mod"] = static (a, b) => a - (b * Math.Floor(a / b)),
        ["Max"] = Math.Max,
        ["Min"] = Math.Min,
        ["Equal"] = static (a, b) => a == b ? 1 : 0,
        ["Greater"] = static (a, b) => a > b ? 1 : 0,
        ["GreaterOrEqual"] = static (a, b) => a >= b ? 1 : 0,
        ["Less"] = static (a, b) => a < b ? 1 : 0,
        ["LessOrEqual"] = static (a, b) => a <= b ? 1 : 0,
        ["And"] = static (a, b) => a != 0 && b != 0 ? 1 : 0,
        ["Or"] = static (a, b) => a != 0 || b != 0 ? 1 : 0,
    };

    /// <summary>Works a node out.</summary>
    /// <param name="node">The node.</param>
    /// <param name="inputs">Its inputs; null for absent ones.</param>
    public static Numbers? Of(OnnxNode node, Numbers?[] inputs) => node.OpType switch
    {
        "Identity" => inputs[0],
        "Cast" => Cast(inputs[0]!, (ElementType)node.Attributes.Int("to", 0)),
        "Gather" => Gather(node, inputs[0]!, inputs[1]!),
        "Slice" => Slice(node, inputs),
        "Concat" => Concat(node, inputs!),
        "Range" => Range(inputs!),
        "Where" => Where(inputs!),
        "Expand" or "ConstantOfShape" when !inputs[^1]!.IsKnown => null,
        "Expand" => inputs[0]!.Picked(Broadcast(inputs[0]!.Dims, Longs(inputs[1]!)), inputs[0]!.PlaceOf),
        "ConstantOfShape" => Filled(node, Longs(inputs[0]!)),
        "ReduceProd" or "ReduceSum" or "ReduceMax" or "ReduceMin" => Reduced(node, inputs),
        _ when s_unary.TryGetValue(node.OpType, out var one) => inputs[0]!.IsKnown
            ? Rounded(inputs[0]! with { Items = [.. inputs[0]!.Items.Select(i => new Number(one(i.Value), null))] }) : null,
        _ when s_binary.TryGetValue(node.OpType, out var two) && inputs.Length == 2 => Combined(node.OpType, two, inputs[0]!, inputs[1]!),
        _ => null,
    };

    /// <summary>Gets whether there is a row for an operator that <see cref="Of"/> answers.</summary>
    public static bool Knows(string op) => op is "Identity" or "Cast" or "Gather" or "Slice" or "Concat" or "Range" or "Where" or "Expand" or "ConstantOfShape"
        or "ReduceProd" or "ReduceSum" or "ReduceMax" or "ReduceMin" || s_unary.ContainsKey(op) || s_binary.ContainsKey(op);

    public static long[] Longs(Numbers numbers) => [.. numbers.Items.Select(static i => (long)i.Value)];

    private static Numbers? Cast(Numbers x, ElementType to) => to switch
    {
        ElementType.Int64 or ElementType.Int32 =>
            x with { Type = to, Items = [.. x.Items.Select(static i => i.IsKnown ? new Number(Math.Truncate(i.Value), null) : i)] },
        ElementType.Float or ElementType.Double => Rounded(x with { Type = to }),
        ElementType.Bool when x.IsKnown => x with { Type = to, Items = [.. x.Items.Select(static i => new Number(i.Value == 0 ? 0 : 1, null))] },
        _ => null,
    };

    private static Numbers? Gather(OnnxNode node, Numbers data, Numbers indices)
    {
        if (!indices.IsKnown) return null;
        var axis = NodeConstants.Axis(node, node.Attributes.Int("axis", 0), data.Dims.Length);
        var taken = Longs(indices).Select(i => i < 0 ? i + data.Dims[axis] : i).ToArray();
        if (taken.Any(i => i < 0 || i >= data.Dims[axis]))
            throw new GraphException($"Gather node '{node.Label}' takes [{string.Join(',', taken)}] of {data.Dims[axis]} elements; the model is damaged.");
        var rank = indices.Dims.Length;
        return data.Picked([.. data.Dims[..axis], .. indices.Dims, .. data.Dims[(axis + 1)..]], at =>
        {
            var which = taken[indices.PlaceOf(at[axis..(axis + rank)])];
            return data.PlaceOf([.. at[..axis], which, .. at[(axis + rank)..]]);
        });
    }

    private static Numbers? Slice(OnnxNode node, Numbers?[] inputs)
    {
        if (inputs.Skip(1).Any(static i => i is { IsKnown: false })) return null;
        var data = inputs[0]!;
        var cuts = SliceAxis.All(node, TensorShape.Of(data.Dims), i => Longs(inputs[i]!));
        var (dims, from, steps) = (data.Dims.ToArray(), new long[data.Dims.Length], Enumerable.Repeat(1L, data.Dims.Length).ToArray());
        foreach (var cut in cuts) (dims[cut.Axis], from[cut.Axis], steps[cut.Axis]) = (cut.Count, cut.Start, cut.Step);
        return data.Picked(dims, at => Flat(data.Dims, [.. at.Select((p, axis) => from[axis] + (p * steps[axis]))]));
    }

    private static Numbers Concat(OnnxNode node, Numbers[] parts)
    {
        var axis = NodeConstants.Axis(node, node.Attributes.Int("axis", 0), parts[0].Dims.Length);
        var dims = parts[0].Dims.ToArray();
        dims[axis] = parts.Sum(p => p.Dims[axis]);
        if (OnnxTensor.Product(dims) > Numbers.Most) throw new GraphException($"Concat node '{node.Label}' makes a constant that is too large.");
        return new Numbers(parts[0].Type, dims, [.. Numbers.Places(dims).Select(at =>
        {
            var (which, place) = (0, at[axis]);
            while (place >= parts[which].Dims[axis]) place -= parts[which++].Dims[axis];
            long[] inside = [.. at[..axis], place, .. at[(axis + 1)..]];
            return parts[which].Items[Flat(parts[which].Dims, inside)];
        })]);
    }

    private static Numbers? Range(Numbers[] inputs)
    {
        if (inputs.Any(static i => !i.IsKnown)) return null;
        var (start, limit, step) = (inputs[0].Items[0].Value, inputs[1].Items[0].Value, inputs[2].Items[0].Value);
        var count = Math.Max(0, Math.Ceiling((limit - start) / step));
        return count > Numbers.Most || double.IsNaN(count) ? null
            : new Numbers(inputs[0].Type, [(long)count], [.. Enumerable.Range(0, (int)count).Select(i => new Number(start + (i * step), null))]);
    }

    private static Numbers? Where(Numbers[] inputs)
    {
        if (!inputs[0].IsKnown) return null;
        var dims = Broadcast(Broadcast(inputs[0].Dims, inputs[1].Dims), inputs[2].Dims);
        return new Numbers(inputs[1].Type, dims, [.. Numbers.Places(dims).Select(at =>
            (inputs[0].Items[inputs[0].PlaceOf(at)].Value != 0 ? inputs[1] : inputs[2]) is var taken ? taken.Items[taken.PlaceOf(at)] : default)]);
    }

    private static Numbers? Filled(OnnxNode node, long[] dims)
    {
        var value = Numbers.Of(node.Attributes.Tensor("value") ?? OnnxTensor.Of([0f], 1));
        return value is { Items.Length: 1 } && dims.All(static d => d is >= 0 and <= Numbers.Most)
            && dims.Aggregate((Int128)1, static (p, d) => p * d) <= Numbers.Most
            ? new Numbers(value.Type, dims, [.. Enumerable.Repeat(value.Items[0], (int)OnnxTensor.Product(dims))]) : null;
    }

    /// <summary>Over all axes only: what is left of a shape is one number.</summary>
    private static Numbers? Reduced(OnnxNode node, Numbers?[] inputs)
    {
        var x = inputs[0]!;
        if (x.Dims.Length != 1 || inputs is [_, { Items.Length: not 1 }, ..] || (inputs.Length < 2 && node.Attributes.Int("noop_with_empty_axes", 0) == 1))
            return null;
        var (op, start) = node.OpType switch
        {
            "ReduceProd" => ("Mul", 1.0),
            "ReduceSum" => ("Add", 0),
            "ReduceMax" => ("Max", double.NegativeInfinity),
            _ =>
                ("Min", double.PositiveInfinity)
        };
        var total = x.Items.Length == 0 ? new Number(start, null) : x.Items[0];
        foreach (var item in x.Items.Skip(1))
        {
            if (Combine(op, s_binary[op], total, item, x.IsWhole) is not { } next) return null;
            total = next;
        }

        return new Numbers(x.Type, node.Attributes.Int("keepdims", 1) == 1 ? [1] : [], [total]);
    }

    private static Numbers? Combined(string op, Func<double, double, double> operation, Numbers a, Numbers b)
    {
        var dims = Broadcast(a.Dims, b.Dims);
        var items = new List<Number>();
        foreach (var at in Numbers.Places(dims))
        {
            if (Combine(op, operation, a.Items[a.PlaceOf(at)], b.Items[b.PlaceOf(at)], a.IsWhole) is not { } item) return null;
            items.Add(item);
        }

        var isTest = op is "Equal" or "Greater" or "GreaterOrEqual" or "Less" or "LessOrEqual" or "And" or "Or";
        return Rounded(new Numbers(isTest ? ElementType.Bool : a.Type, dims, [.. items]));
    }

    /// <summary>A size that is not known yet stays one when nothing is done to it, is never 0 or less, and becomes another unknown one otherwise.</summary>
    private static Number? Combine(string op, Func<double, double, double> operation, Number a, Number b, bool whole)
    {
        if (a.IsKnown && b.IsKnown)
        {
            var value = operation(a.Value, b.Value);
            return whole && op == "Div" && b.Value == 0 ? null : new Number(whole ? Math.Truncate(value) : value, null);
        }

        return op switch
        {
            "Mul" or "Div" when b is { IsKnown: true, Value: 1 } => a,
            "Mul" when a is { IsKnown: true, Value: 1 } => b,
            "Add" or "Sub" when b is { IsKnown: true, Value: 0 } => a,
            "Add" when a is { IsKnown: true, Value: 0 } => b,
            "Equal" when a == b => new Number(1, null),
            "Equal" when a is { IsKnown: true, Value: <= 0 } || b is { IsKnown: true, Value: <= 0 } => new Number(0, null),
            "Add" or "Sub" or "Mul" or "Div" => new Number(double.NaN, $"({a} {op} {b})"),
            _ => null,
        };
    }

    private static Numbers Rounded(Numbers x) => x.Type != ElementType.Float ? x
        : x with { Items = [.. x.Items.Select(static i => i.IsKnown ? new Number((float)i.Value, null) : i)] };

    private static long[] Broadcast(long[] a, long[] b)
    {
        var rank = Math.Max(a.Length, b.Length);
        return [.. Enumerable.Range(0, rank).Select(axis =>
        {
            var (x, y) = (axis < rank - a.Length ? 1 : a[axis - rank + a.Length], axis < rank - b.Length ? 1 : b[axis - rank + b.Length]);
            return x == y || y == 1 ? x : x == 1 ? y
                : throw new GraphException($"Constants of shapes [{string.Join(',', a)}] and [{string.Join(',', b)}] do not broadcast.");
        })];
    }

    private static long Flat(long[] dims, long[] at)
    {
        var flat = 0L;
        for (var axis = 0; axis < dims.Length; axis++) flat = (flat * dims[axis]) + at[axis];
        return flat;
    }
}

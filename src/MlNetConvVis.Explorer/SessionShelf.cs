namespace MlNetConvVis.Explorer;

/// <summary>Keeps the things that were used last, each under a key, and disposes of the one that was not used for longest. Not for several threads at a time.</summary>
internal sealed class SessionShelf<T>(int most) : IDisposable
    where T : IDisposable
{
    private readonly LinkedList<(string Key, T Item)> _items = new();      // the last used first

    public T Get(string key, Func<T> open)
    {
        for (var node = _items.First; node is not null; node = node.Next)
        {
            if (node.Value.Key != key) continue;
            _items.Remove(node);
            _items.AddFirst(node);
            return node.Value.Item;
        }

        var item = open();
        _items.AddFirst((key, item));
        if (_items.Count > most)
        {
            _items.Last!.Value.Item.Dispose();
            _items.RemoveLast();
        }

        return item;
    }

    public void Dispose()
    {
        foreach (var (_, item) in _items) item.Dispose();
        _items.Clear();
    }
}

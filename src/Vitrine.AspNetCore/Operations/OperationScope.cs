namespace Vitrine.AspNetCore.Operations;

/// <summary>An operation that lasts until this is disposed. The default one does nothing.</summary>
public readonly struct OperationScope : IDisposable
{
    readonly LogicalOperation? _outer;
    readonly bool _isOpen;

    internal OperationScope(LogicalOperation? outer) => (_outer, _isOpen) = (outer, true);

    /// <summary>Ends it: the operation around it is the current one again.</summary>
    public void Dispose()
    {
        if (_isOpen) LogicalOperation.Current = _outer;
    }
}

using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Vitrine.DotNet.Stacks;

namespace Vitrine.DotNet.Tests.Stacks;

public sealed class MethodNamesTests
{
    const string Here = "Vitrine.DotNet.Tests.Stacks.MethodNamesTests";

    /// <summary>The method that calls this one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static MethodBase Caller() => new StackFrame(1).GetMethod()!;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static async Task<MethodBase> Async()
    {
        await Task.Yield();
        return Caller();
    }

    static IEnumerable<MethodBase> Iterator()
    {
        yield return Caller();
    }

    static class Generic<TOuter>
    {
        public sealed class Inner<TKey, TValue>
        {
            [MethodImpl(MethodImplOptions.NoInlining)]
            public static async Task<MethodBase> Async<T>()
            {
                await Task.Yield();
                return Caller();
            }

            public static MethodBase Plain() => Caller();
        }
    }

    [Fact]
    public void Readable_PlainMethod_IsTypeAndMethod() =>
        Assert.Equal($"{Here}.{nameof(Caller)}", MethodNames.Readable(typeof(MethodNamesTests).GetMethod(nameof(Caller), BindingFlags.NonPublic | BindingFlags.Static)!));

    [Fact]
    public async Task Readable_AsyncMethod_IsTheMethodThatWasWritten()
    {
        var method = await Async();

        Assert.Equal("MoveNext", method.Name);
        Assert.Equal($"{Here}.Async", MethodNames.Readable(method));
        Assert.Contains("+<Async>d__", MethodNames.Raw(method), StringComparison.Ordinal);
    }

    [Fact]
    public void Readable_Iterator_IsTheMethodThatWasWritten() => Assert.Equal($"{Here}.Iterator", MethodNames.Readable(Iterator().Single()));

    [Fact]
    public void Readable_Lambdas_ComeAfterTheirMethod()
    {
        var captured = Here;
        Func<MethodBase> plain = static () => Caller();
        Func<MethodBase> closure = () => captured.Length > 0 ? Caller() : null!;

        Assert.Equal($"{Here}.{nameof(Readable_Lambdas_ComeAfterTheirMethod)}.lambda1", MethodNames.Readable(plain()));
        Assert.Equal($"{Here}.{nameof(Readable_Lambdas_ComeAfterTheirMethod)}.lambda2", MethodNames.Readable(closure()));
    }

    [Fact]
    public async Task Readable_AsyncLambdaAndLocalFunction_AreBoth()
    {
        var captured = Here;
        Func<Task<MethodBase>> lambda = async () => { await Task.Yield(); return captured.Length > 0 ? Caller() : null!; };

        Assert.Equal($"{Here}.{nameof(Readable_AsyncLambdaAndLocalFunction_AreBoth)}.lambda1", MethodNames.Readable(await lambda()));
        Assert.Equal($"{Here}.{nameof(Readable_AsyncLambdaAndLocalFunction_AreBoth)}.Local", MethodNames.Readable(await Local()));

        static async Task<MethodBase> Local()
        {
            await Task.Yield();
            return Caller();
        }
    }

    [Fact]
    public async Task Readable_GenericTypes_NameTheirOwnParameters()
    {
        Assert.Equal($"{Here}.Generic<TOuter>.Inner<TKey, TValue>.Async", MethodNames.Readable(await Generic<int>.Inner<string, long>.Async<byte>()));
        Assert.Equal($"{Here}.Generic<TOuter>.Inner<TKey, TValue>.Plain", MethodNames.Readable(Generic<object>.Inner<string, string>.Plain()));
    }

    [Fact]
    public void Readable_MethodMadeAtRunTime_HasAName() =>
        Assert.Equal("made", MethodNames.Readable(new System.Reflection.Emit.DynamicMethod("made", typeof(void), [])));
}

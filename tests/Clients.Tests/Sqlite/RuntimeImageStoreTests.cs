using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Core.Operations;
using static MultiAgentInfra.Clients.Tests.Sqlite.TestStore;
using static MultiAgentInfra.Core.Deployments.RuntimeClaimState;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

public sealed class RuntimeImageStoreTests : IDisposable
{
    private const string Key = "set";
    private static readonly Digest Image = Digest.Of("image"u8);
    private static readonly Digest Sbom = Digest.Of("sbom"u8);
    private static readonly ScanVerdict Verdict = new(ScanOutcome.Passed, "trivy 0.70.1", "Nothing critical.", 0, 1, 2, 3, 0);

    private readonly TestStore _store = new();

    public enum Before
    {
        Nothing,
        LockFileOnly,
        HeldByMe,
        HeldByLiveOther,
        HeldByEndedOther,
        HolderFailedItsDeployment,
        HolderWasCancelled,
        FailedByOther,
        FailedByMe,
        Complete,
    }

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(Before.Nothing, false, Claimed)]
    [InlineData(Before.Nothing, true, Claimed)]
    [InlineData(Before.LockFileOnly, false, Claimed)]
    [InlineData(Before.LockFileOnly, true, Claimed)]
    [InlineData(Before.HeldByMe, false, Claimed)]
    [InlineData(Before.HeldByMe, true, Claimed)]
    [InlineData(Before.HeldByLiveOther, false, InFlight)]
    [InlineData(Before.HeldByLiveOther, true, InFlight)]
    [InlineData(Before.HeldByEndedOther, false, Claimed)]
    [InlineData(Before.HeldByEndedOther, true, Claimed)]
    [InlineData(Before.HolderFailedItsDeployment, false, Claimed)]
    [InlineData(Before.HolderFailedItsDeployment, true, Failed)]
    [InlineData(Before.HolderWasCancelled, false, Claimed)]
    [InlineData(Before.HolderWasCancelled, true, Claimed)]
    [InlineData(Before.FailedByOther, false, Claimed)]
    [InlineData(Before.FailedByOther, true, Failed)]
    [InlineData(Before.FailedByMe, false, Claimed)]
    [InlineData(Before.Complete, false, Ready)]
    [InlineData(Before.Complete, true, Ready)]
    public async Task A_claim_is_decided_by_what_was_before(Before before, bool waited, RuntimeClaimState expected)
    {
        var me = (await _store.CreateAsync()).Operation.Id;
        await ArrangeAsync(before, me);

        var claim = await _store.Images.ClaimAsync(me, Key, waited, Token);

        Assert.Equal(expected, claim.State);
        Assert.Equal(expected == Ready ? Image : null, claim.Image);
        Assert.Equal(expected == Failed ? "npm ended with 1." : null, claim.Cause);
        if (expected == Claimed)
            Assert.Equal(InFlight, (await _store.Images.ClaimAsync((await _store.CreateAsync()).Operation.Id, Key, false, Token)).State);
    }

    [Fact]
    public async Task Of_32_claims_at_once_exactly_one_builds()
    {
        var operations = new List<Guid>();
        for (var i = 0; i < 32; i++)
            operations.Add((await _store.CreateAsync()).Operation.Id);

        var claims = await Task.WhenAll(operations.Select(id => Task.Run(() => _store.Images.ClaimAsync(id, Key, false, Token))));

        Assert.Single(claims, claim => claim.State == Claimed);
        Assert.Equal(31, claims.Count(claim => claim.State == InFlight));
    }

    [Fact]
    public async Task The_first_lock_file_counts_and_outlives_a_failed_build()
    {
        var operation = (await _store.CreateAsync()).Operation.Id;
        Assert.Null(await _store.Images.GetLockFileAsync(Key, Token));
        await _store.Images.ClaimAsync(operation, Key, false, Token);
        Assert.Null(await _store.Images.GetLockFileAsync(Key, Token));

        Assert.Equal("first", await _store.Images.SetLockFileAsync(Key, "first", Token));
        Assert.Equal("first", await _store.Images.SetLockFileAsync(Key, "second", Token));
        await _store.Images.FailAsync(Key, operation, "No space.", Token);

        Assert.Equal("first", await _store.Images.GetLockFileAsync(Key, Token));
    }

    [Fact]
    public async Task Only_the_holder_can_fail_a_build()
    {
        var holder = (await _store.CreateAsync()).Operation.Id;
        var other = (await _store.CreateAsync()).Operation.Id;
        await _store.Images.ClaimAsync(holder, Key, false, Token);

        await _store.Images.FailAsync(Key, other, "Not mine.", Token);

        Assert.Equal(InFlight, (await _store.Images.ClaimAsync(other, Key, true, Token)).State);
    }

    [Fact]
    public async Task The_first_completion_counts_and_nothing_undoes_it()
    {
        var created = await _store.CreateAsync();
        await _store.Images.ClaimAsync(created.Operation.Id, Key, false, Token);
        await _store.Images.CompleteAsync(Key, Image, Verdict, Sbom, Token);

        await _store.Images.CompleteAsync(Key, Digest.Of("other"u8), Verdict, Sbom, Token);
        await _store.Images.FailAsync(Key, created.Operation.Id, "Late.", Token);
        await _store.Agents.FailDeploymentAsync(created.Operation.Id, created.Agent.Id, OperationStatus.Failed, Error, Token);

        Assert.Equal(new(Key, Image, Verdict, Sbom), await _store.Images.GetByDigestAsync(Image, Token));
        Assert.Null(await _store.Images.GetByDigestAsync(Digest.Of("other"u8), Token));
    }

    private async Task ArrangeAsync(Before before, Guid me)
    {
        var other = await _store.CreateAsync();
        if (before is Before.HeldByMe or Before.FailedByMe)
            await _store.Images.ClaimAsync(me, Key, false, Token);
        else if (before is not (Before.Nothing or Before.LockFileOnly))
            await _store.Images.ClaimAsync(other.Operation.Id, Key, false, Token);
        await (before switch
        {
            Before.LockFileOnly => _store.Images.SetLockFileAsync(Key, "lock", Token),
            Before.HeldByEndedOther => EndWithoutReleaseAsync(other.Operation.Id),
            Before.HolderFailedItsDeployment => FailAsync(OperationStatus.Failed),
            Before.HolderWasCancelled => FailAsync(OperationStatus.Canceled),
            Before.FailedByOther => _store.Images.FailAsync(Key, other.Operation.Id, "npm ended with 1.", Token),
            Before.FailedByMe => _store.Images.FailAsync(Key, me, "npm ended with 1.", Token),
            Before.Complete => _store.Images.CompleteAsync(Key, Image, Verdict, Sbom, Token),
            _ => Task.CompletedTask,
        });

        Task FailAsync(OperationStatus status) => _store.Agents.FailDeploymentAsync(other.Operation.Id, other.Agent.Id, status, Error, Token);
    }

    // No path of the store leaves this behind; the claim must still not wait for ever.
    private Task EndWithoutReleaseAsync(Guid operation) => _store.Database.WriteAsync(
        db => { db.EndOperation(operation, OperationStatus.Failed, Error, _store.Clock.Now); },
        Token);
}

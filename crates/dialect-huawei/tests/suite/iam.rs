//! Identities at the door: what these tests have in common.

use claviger_testkit::{Client, World};
use serde_json::{Value, json};

use crate::kms::{Answer, Draft, Kms};

pub(crate) const PASSWORD: &str = "correct horse 1";

impl Kms {
    /// With a second region and an account whose name is a usual one. Gives its root, too.
    pub(crate) async fn with_domain() -> (Self, Client) {
        let kms = Self::over(World::build().region("eu-test-1")).await;
        let root = kms.world.add_account("IAMDomain").await;
        (kms, root)
    }

    /// A signed request.
    pub(crate) async fn ask(&self, who: &Client, method: &str, target: &str, body: &str) -> Answer {
        self.send(&Draft::new(method, target, body).sign(who, &self.time()))
            .await
    }

    /// A request with a token.
    pub(crate) async fn show(&self, token: &str, method: &str, target: &str, body: &str) -> Answer {
        let draft = Draft::new(method, target, body).header("x-auth-token", token);
        self.send(&draft.unsigned()).await
    }

    /// A request of nobody.
    pub(crate) async fn knock(&self, method: &str, target: &str, body: &str) -> Answer {
        self.send(&Draft::new(method, target, body).unsigned()).await
    }

    /// The root of the first account makes a user that may come in with [`PASSWORD`]. Gives its id.
    pub(crate) async fn make_user(&self, name: &str) -> String {
        self.make_user_as(self.world.root(), name).await
    }

    pub(crate) async fn make_user_as(&self, who: &Client, name: &str) -> String {
        let body = json!({"user": {"name": name, "password": PASSWORD}}).to_string();
        let made = self.ask(who, "POST", "/v3.0/OS-USER/users", &body).await.made();
        made["user"]["id"].as_str().unwrap().to_owned()
    }

    /// The root of the first account makes a group. Gives its id.
    pub(crate) async fn make_group(&self, name: &str) -> String {
        let body = json!({"group": {"name": name}}).to_string();
        let made = self.ask(self.world.root(), "POST", "/v3/groups", &body).await;
        made.made()["group"]["id"].as_str().unwrap().to_owned()
    }

    /// The name of the first account.
    pub(crate) async fn account_name(&self) -> String {
        let account = self.world.root().account();
        self.world.service().account(account).await.unwrap().name
    }

    /// A user of the first account comes with [`PASSWORD`].
    pub(crate) async fn log_in(&self, name: &str, scope: Value) -> Answer {
        let domain = self.account_name().await;
        let body = login(name, &domain, PASSWORD, scope);
        self.knock("POST", "/v3/auth/tokens", &body).await
    }

    /// The id of the root of an account as a user.
    pub(crate) fn root_id(who: &Client) -> String {
        format!("{:016x}{:016x}", who.account().number(), 0)
    }
}

/// The body of a request for a token.
pub(crate) fn login(name: &str, domain: &str, password: &str, scope: Value) -> String {
    let user = json!({"name": name, "password": password, "domain": {"name": domain}});
    let identity = json!({"methods": ["password"], "password": {"user": user}});
    let mut auth = json!({"identity": identity});
    if !scope.is_null() {
        auth["scope"] = scope;
    }
    json!({"auth": auth}).to_string()
}

/// A scope that is a project by its name.
pub(crate) fn project(name: &str) -> Value {
    json!({"project": {"name": name}})
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body of an answer that tells of something new.
    pub(crate) fn made(&self) -> Value {
        assert_eq!(self.status, 201, "{self:?}");
        self.json()
    }

    /// The token that was given.
    pub(crate) fn token(&self) -> String {
        self.made();
        let token = self.header("x-subject-token");
        assert!(token.len() > 40, "{self:?}");
        token.to_owned()
    }

    pub(crate) fn nothing(&self) {
        assert_eq!(self.status, 204, "{self:?}");
    }

    /// A refusal in the words of Keystone.
    pub(crate) fn keystone(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        let json = self.json();
        assert_eq!(json["error"]["code"], status, "{self:?}");
        let title = http::StatusCode::from_u16(status).unwrap().canonical_reason();
        assert_eq!(json["error"]["title"].as_str(), title, "{self:?}");
        assert!(json["error"]["message"].is_string(), "{self:?}");
    }

    /// A refusal in the vendor's own words.
    pub(crate) fn extension(&self, status: u16, code: &str) {
        self.refused(status, code);
        let json = self.json();
        assert!(
            json["error_code"].is_string() && json["error_msg"].is_string(),
            "{self:?}"
        );
    }
}

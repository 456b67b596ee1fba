// The frame of every page, and which address shows which page.
import { Link, Route, Switch } from 'wouter';

import { isEnded, useSession } from './checkout/session';
import { CartPage } from './pages/CartPage';
import { CheckoutPage } from './pages/CheckoutPage';
import { OrderPage } from './pages/OrderPage';
import { ProductListPage } from './pages/ProductListPage';
import { ProductPage } from './pages/ProductPage';
import { useCartToken, useOrderToken } from './token';

export function App() {
  const orderToken = useOrderToken();
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="bar">
        <Link href="/" className="brand">
          Demo Goods
        </Link>
        <CartLink />
      </header>
      <main id="main" tabIndex={-1}>
        <Switch>
          <Route path="/" component={ProductListPage} />
          <Route path="/products/:slug">{({ slug }) => <ProductPage key={slug} slug={slug} />}</Route>
          <Route path="/cart" component={CartPage} />
          <Route path="/checkout" component={CheckoutPage} />
          <Route path="/order" component={OrderPage} />
          <Route>
            <h1>Not found</h1>
            <Link href="/">To the shop</Link>
          </Route>
        </Switch>
      </main>
      <footer className="bar note">
        Example storefront of Checkstand. In the demo, the Stripe twin takes the payments: no money moves.
        {orderToken && <Link href="/order">Your last order</Link>}
      </footer>
    </>
  );
}

function CartLink() {
  const token = useCartToken();
  // The same query as on the cart page: the cache has it, and keeps the number right after every mutation.
  const { session } = useSession(token);
  const count = session && session.state !== 'COMPLETED' && !isEnded(session) ? session.totalQuantity : 0;
  return (
    <Link href="/cart" className="button quiet">
      Cart <span className="count">{count}</span>
    </Link>
  );
}
